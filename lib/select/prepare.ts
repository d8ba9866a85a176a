import { SluiceError } from '../failure/index.ts';
import { createReader } from '../format/create.ts';
import type { InputFormat } from '../format/options.ts';
import { ParquetRowReader } from '../format/parquet/row-reader.ts';
import { type PathStep, Step as ReadStep, type RecordReader } from '../format/reader.ts';
import { type Analysis, analyse } from './analyse.ts';
import { type Expression, type From, walk } from './ast.ts';
import type { ResumePoint, RowBatch } from './batch.ts';
import { bindQuery, missingKey } from './bind.ts';
import { placeInHeader } from './column.ts';
import type { Environment } from './compile/environment.ts';
import { compilePredicate } from './compile/predicate.ts';
import { compileValue } from './compile/value.ts';
import type { PreparedSelect, PrepareOptions, SelectSource } from './contract.ts';
import { parquetBody } from './parquet-body.ts';
import { parseSelect } from './parse.ts';
import { queryError } from './query-error.ts';
import { runQuery } from './run.ts';
import { MISSING } from './values/missing.ts';
import { Timestamp } from './values/timestamp.ts';
import type { Value } from './values/value.ts';

const DEFAULTS = { maxRows: 2000, maxBytes: 512 * 1024, maxSourceBytes: 4 * 1024 * 1024 };
/** `maxSourceBytes` of Parquet, whose places are rows. */
const MAX_SOURCE_ROWS = 32 * 1024;

/** What `prepare` gives beside the contract, for `selectObjectContent`. */
export interface PreparedQuery extends PreparedSelect {
  readonly analysis: Analysis;
  /** Runs over the records only that begin in [from, to) of the object. */
  runRange(
    body: AsyncIterable<Uint8Array>,
    range: { readonly from: number; readonly to: number },
  ): AsyncIterable<RowBatch>;
}

/** Parses and analyses a query: see `Prepare`. */
export function prepare(sql: string, options: PrepareOptions): PreparedQuery {
  const select = parseSelect(sql);
  const { input, output, key } = options;
  const analysis = analyse(select, input.kind);
  const path = pathOf(select.from);
  const roots = expressionsOf(analysis);
  checkHeader(analysis, input);
  checkClock(sql, roots, options.now);
  checkConstants(sql, roots, analysis);
  const { columns } = analysis;
  if (key !== undefined && columns !== undefined && !columns.includes(key)) throw missingKey(key, columns);

  const run = (source: SelectSource, resume: ResumePoint, range?: { from: number; to: number }) => {
    const header = resume.offset > 0 && resume.head !== undefined ? headerOf(input, path, resume.head) : undefined;
    const reader = createReader(input, { path, at: resume.offset, ...(header === undefined ? {} : { header }) });
    const body = bodyOf(source, reader, analysis, resume.offset);
    const bind = () => bindQuery(analysis, reader, { output, key, now: clock(options.now) });
    return runQuery(reader, body, bind, key !== undefined, {
      maxRows: options.maxRows ?? DEFAULTS.maxRows,
      maxBytes: options.maxBytes ?? DEFAULTS.maxBytes,
      maxSourceBytes: options.maxSourceBytes ?? (input.kind === 'parquet' ? MAX_SOURCE_ROWS : DEFAULTS.maxSourceBytes),
      limit: (select.limit ?? Number.POSITIVE_INFINITY) - (resume.returned ?? 0),
      aggregate: analysis.aggregates.length > 0,
      utf8: output.kind !== 'raw',
      from: resume.offset,
      ...(range === undefined ? {} : { range }),
    });
  };
  return {
    analysis,
    columns,
    aggregate: analysis.aggregates.length > 0,
    access: input.kind === 'parquet' ? 'random' : 'stream',
    head: input.kind === 'log' || (input.kind === 'csv' && input.csv.header === 'use'),
    run: (source, resume = { offset: 0 }) => run(source, resume),
    runRange: (body, range) => run(body, { offset: 0 }, range),
  };
}

function bodyOf(source: SelectSource, reader: RecordReader, analysis: Analysis, from: number) {
  if (reader instanceof ParquetRowReader) {
    if ('read' in source && 'size' in source) return parquetBody(source, reader, analysis, from);
    throw new TypeError('Parquet is read by ranges, not as a stream');
  }
  if (Symbol.asyncIterator in source || Symbol.iterator in source) return source;
  throw new TypeError('only Parquet is read by ranges');
}

function expressionsOf({ select }: Analysis): { readonly node: Expression; readonly condition: boolean }[] {
  const projected = select.projections === '*' ? [] : select.projections.map(({ expression }) => expression);
  return [
    ...projected.map((node) => ({ node, condition: false })),
    ...(select.where === undefined ? [] : [{ node: select.where, condition: true }]),
  ];
}

function pathOf(from: From): PathStep[] {
  return from.path.map((step) => (step.kind === 'name' ? { kind: 'name', name: step.name, exact: step.exact } : step));
}

/** Columns can be looked up before any record where the format itself names them, or nothing does. */
function checkHeader({ select, references }: Analysis, input: InputFormat): void {
  if (input.kind === 'csv' && input.csv.header === 'use') return;
  const header = input.kind === 'log' ? headerOf(input, [], new Uint8Array()) : undefined;
  if (input.kind !== 'csv' && header === undefined) return;
  for (const column of references) if (column.kind === 'name') placeInHeader(select.sql, column.step, header);
}

function headerOf(input: InputFormat, path: readonly PathStep[], head: Uint8Array): readonly string[] | undefined {
  const reader = createReader(input, { path });
  reader.push(head);
  if (reader.next() === ReadStep.MORE) reader.end();
  return columnsOf(reader);
}

function columnsOf(reader: RecordReader): readonly string[] | undefined {
  return reader.kind === 'text' ? reader.header : undefined;
}

function checkClock(sql: string, roots: readonly { readonly node: Expression }[], now: PrepareOptions['now']): void {
  if (now !== undefined) return;
  for (const { node } of roots.flatMap((root) => [...walk(root.node)])) {
    if (node.kind === 'call' && node.name === 'UTCNOW') {
      throw queryError('UnsupportedFunction', sql, node.at, 'UTCNOW has no clock here, expected a timestamp');
    }
  }
}

/** Compiles against nothing: patterns and the like that can never be right are errors of the query. */
function checkConstants(sql: string, roots: ReturnType<typeof expressionsOf>, { aggregates }: Analysis): void {
  const nothing = (): Value => MISSING;
  const environment: Environment<undefined> = {
    column: () => nothing,
    aggregate: () => nothing,
    now: () => Timestamp.fromEpoch(0),
  };
  for (const { node, condition } of roots) {
    if (condition) compilePredicate(sql, node, environment);
    else compileValue(sql, node, environment);
  }
  for (const { operand } of aggregates) if (operand !== undefined) compileValue(sql, operand, environment);
}

/** Asked once for a run, and only if the query wants to know. */
function clock(now: PrepareOptions['now']): () => Timestamp {
  let time: Timestamp | undefined;
  return () => {
    if (now === undefined)
      throw new SluiceError('UnsupportedFunction', 'UTCNOW has no clock here', { stage: 'select' });
    time ??= Timestamp.fromEpoch(now());
    return time;
  };
}
