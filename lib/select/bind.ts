import { SluiceError } from '../failure/index.ts';
import type { OutputFormat } from '../format/options.ts';
import type { JsonReader, RecordReader, TextReader } from '../format/reader.ts';
import type { WriteBuffer } from '../format/write-buffer.ts';
import { Aggregates } from './aggregate.ts';
import type { Analysis } from './analyse.ts';
import type { Expression } from './ast.ts';
import type { Environment } from './compile/environment.ts';
import { compilePredicate } from './compile/predicate.ts';
import { compileValue } from './compile/value.ts';
import { bytePredicates, type Columns } from './fields/byte-predicates.ts';
import { jsonColumns } from './fields/json-columns.ts';
import { WantedName } from './fields/json-name.ts';
import { JsonRow } from './fields/json-row.ts';
import type { Locate } from './fields/span.ts';
import { locateField, textColumns } from './fields/text-columns.ts';
import type { Timestamp } from './values/timestamp.ts';
import { Truth } from './values/truth.ts';
import type { Source } from './write/found.ts';
import { keyWriter, type WriteKey } from './write/key.ts';
import { type Projected, type WriteRow, writeProjections } from './write/projections.ts';
import { writeAllFields, writeRaw, writeWholeValue } from './write/star.ts';

/** A query bound to one reader whose columns are known, and what it does with the reader's current record. All throw RecordError. */
export interface BoundQuery {
  /** Whether WHERE lets the record through. To be called first for each record. */
  matches(): boolean;
  /** Takes the record into the aggregates. Undefined for queries without. */
  readonly accumulate: (() => void) | undefined;
  /** Writes the record's row; of a query with aggregates, the one row of its result. */
  write(out: WriteBuffer): void;
  /** Writes the row's key, where one was asked for. False: it has none. */
  readonly writeKey: ((out: WriteBuffer) => boolean) | undefined;
}

export interface BindOptions {
  readonly output: OutputFormat;
  readonly key: string | undefined;
  readonly now: () => Timestamp;
}

/** What records of fields and JSON rows differ in. */
interface Binding<R extends Source> {
  readonly columns: Columns<R>;
  /** A result column of `SELECT *`. */
  readonly named: (name: string) => Locate<R>;
  readonly star: WriteRow<R>;
  /** Called when all columns are known: the row, and what makes it the reader's next record. */
  readonly start: () => { readonly row: R; readonly begin: () => void };
}

/** Throws SluiceError (`MissingHeaderName`, `AmbiguousFieldName`, `MissingKeyColumn`) for columns that the reader has not. */
export function bindQuery(analysis: Analysis, reader: RecordReader, options: BindOptions): BoundQuery {
  return reader.kind === 'text'
    ? bind(analysis, options, textBinding(analysis, reader, options.output))
    : bind(analysis, options, jsonBinding(analysis, reader, options.output));
}

function textBinding(analysis: Analysis, reader: TextReader, output: OutputFormat): Binding<TextReader> {
  const { header } = reader;
  return {
    columns: textColumns(analysis.select.sql, analysis.select.from, header),
    named: (name) => {
      const place = header?.indexOf(name) ?? -1;
      const number = /^_([1-9]\d{0,6})$/.exec(name)?.[1];
      if (place >= 0) return locateField(place);
      if (number !== undefined) return locateField(Number(number) - 1);
      throw missingKey(name, header ?? []);
    },
    star: output.kind === 'raw' ? writeRaw((row) => row) : writeAllFields(output, header),
    start: () => ({ row: reader, begin: () => {} }),
  };
}

function jsonBinding(analysis: Analysis, reader: JsonReader, output: OutputFormat): Binding<JsonRow> {
  const columns = jsonColumns(analysis.select.sql, analysis.select.from, reader.moments);
  return {
    columns,
    named: (name) => {
      const place = columns.names.push(new WantedName(name, true)) - 1;
      return (row) => row.member(place, []);
    },
    star: output.kind === 'raw' ? writeRaw((row) => row.reader) : writeWholeValue(output),
    start: () => {
      const row = new JsonRow(reader, columns.names);
      return { row, begin: () => row.begin() };
    },
  };
}

function bind<R extends Source>(analysis: Analysis, options: BindOptions, binding: Binding<R>): BoundQuery {
  const { sql, projections, where } = analysis.select;
  const { output, key } = options;
  const { columns } = binding;
  const environment: Environment<R> = {
    column(node) {
      const locate = columns.locate(node);
      return (row) => columns.decode(row, locate(row));
    },
    now: options.now,
    bytes: bytePredicates(columns),
  };
  const aggregates =
    analysis.aggregates.length === 0
      ? undefined
      : new Aggregates<R>(analysis.aggregates, (node) => compileValue(sql, node, environment));
  const project = (expression: Expression, name: string): Projected<R> => ({
    name,
    locate: expression.kind === 'column' ? columns.locate(expression) : undefined,
    evaluate: compileValue(
      sql,
      expression,
      aggregates === undefined ? environment : { ...environment, aggregate: (node) => () => aggregates.result(node) },
    ),
  });
  const predicate = where === undefined ? undefined : compilePredicate(sql, where, environment);
  let writeRow = binding.star;
  let writeKey: WriteKey<R> | undefined;
  if (projections === '*') {
    if (key !== undefined) writeKey = keyWriter({ name: key, locate: binding.named(key), evaluate: () => null });
  } else {
    const projected = projections.map(({ expression }, i) => project(expression, analysis.columns![i]!));
    if (output.kind !== 'raw') writeRow = writeProjections(projected, output);
    const keyed = projected.find(({ name }) => name === key);
    if (keyed !== undefined) writeKey = keyWriter(keyed);
  }
  const { row, begin } = binding.start();
  return {
    matches:
      predicate === undefined
        ? () => {
            begin();
            return true;
          }
        : () => {
            begin();
            return predicate(row) === Truth.TRUE;
          },
    accumulate: aggregates === undefined ? undefined : () => aggregates.add(row),
    write: (out) => writeRow(row, out),
    writeKey: writeKey === undefined ? undefined : (out) => writeKey(row, out),
  };
}

/** The rule's key is no column of the result. */
export function missingKey(key: string, columns: readonly string[]): SluiceError {
  const shown = columns.slice(0, 50).join(', ');
  return new SluiceError('MissingKeyColumn', `the result has no column ${key} to be the key`, {
    stage: 'select',
    fix:
      columns.length === 0
        ? 'Name the columns in the SELECT list.'
        : `Take one of: ${shown}${columns.length > 50 ? ', …' : ''}.`,
  });
}
