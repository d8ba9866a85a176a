import type { OutputFormat } from '../../format/options.ts';
import { WriteBuffer } from '../../format/write-buffer.ts';
import { csvStyle, writeCsvField } from '../../format/write-csv.ts';
import { jsonKey } from '../../format/write-json.ts';
import type { Evaluate } from '../compile/environment.ts';
import { Found, type Locate } from '../fields/span.ts';
import { MISSING } from '../values/missing.ts';
import { type Source, writeFoundAsCsv, writeFoundAsJson } from './found.ts';
import { writeJsonValue, writePlainValue } from './value.ts';

export type WriteRow<R> = (row: R, out: WriteBuffer) => void;

/** How a result column comes to be: found in the window where it is a column alone, else evaluated. */
export interface Projected<R extends Source> {
  readonly name: string;
  readonly locate: Locate<R> | undefined;
  readonly evaluate: Evaluate<R>;
}

const COMMA = 0x2c;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/** A row of a SELECT list, as the output format wants it. */
export function writeProjections<R extends Source>(
  projected: readonly Projected<R>[],
  output: OutputFormat,
): WriteRow<R> {
  return output.kind === 'csv' ? csvProjections(projected, output) : jsonProjections(projected);
}

function jsonProjections<R extends Source>(projected: readonly Projected<R>[]): WriteRow<R> {
  const writers = projected.map(jsonProjection);
  return (row, out) => {
    out.byte(OPEN);
    for (let i = 0; i < writers.length; i++) writers[i]!(row, out);
    closeObject(out);
  };
}

/** Every member was written with a comma behind it: the last one's becomes the bracket. */
export function closeObject(out: WriteBuffer): void {
  if (out.bytes[out.length - 1] === COMMA) out.bytes[out.length - 1] = CLOSE;
  else out.byte(CLOSE);
}

function jsonProjection<R extends Source>({ name, locate, evaluate }: Projected<R>): WriteRow<R> {
  const key = jsonKey(name);
  if (locate !== undefined) {
    return (row, out) => {
      const found = locate(row);
      if (found === Found.MISSING) return;
      out.raw(key);
      writeFoundAsJson(out, row, found);
      out.byte(COMMA);
    };
  }
  return (row, out) => {
    const value = evaluate(row);
    if (value === MISSING) return;
    out.raw(key);
    writeJsonValue(out, value);
    out.byte(COMMA);
  };
}

function csvProjections<R extends Source>(
  projected: readonly Projected<R>[],
  output: Extract<OutputFormat, { kind: 'csv' }>,
): WriteRow<R> {
  const style = csvStyle(output);
  const { delimiter } = style;
  const comma = delimiter.length === 1 ? delimiter[0] : undefined;
  const scratch = new WriteBuffer(1024);
  return (row, out) => {
    for (let i = 0; i < projected.length; i++) {
      if (i > 0) {
        if (comma === undefined) out.raw(delimiter);
        else out.byte(comma);
      }
      const { locate, evaluate } = projected[i]!;
      if (locate !== undefined) {
        writeFoundAsCsv(out, style, row, locate(row), scratch);
        continue;
      }
      const value = evaluate(row);
      scratch.length = 0;
      writePlainValue(scratch, value);
      writeCsvField(out, style, scratch.bytes, 0, scratch.length);
    }
  };
}
