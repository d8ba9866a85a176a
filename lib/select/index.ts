import { SluiceError } from '../failure/index.ts';
import { placeText } from '../format/place.ts';
import { decompress } from '../object/decompress/index.ts';
import { spooled } from '../object/random-access.ts';
import type { RowBatch } from './batch.ts';
import { delimited, rowsBefore } from './delimited.ts';
import { type PreparedQuery, prepare } from './prepare.ts';
import { interpret, refusal, type SelectRequest } from './request.ts';

export { type Explanation, explain } from './explain.ts';
export { type PreparedQuery, prepare } from './prepare.ts';
export type { SelectRequest } from './request.ts';

/** What a query may ask of its surroundings. */
export interface SelectSurroundings {
  /** UTCNOW(), in milliseconds since 1970. Default: the system's clock. */
  readonly now?: () => number;
}

/**
 * S3 Select over an object's stored bytes, with AWS's request. Yields the result's bytes as they come, each row with its
 * record delimiter. As AWS does it throws at the first record that fails, after the rows before it.
 *
 * Parquet cannot be read as a stream: up to 256 MiB of it are kept in memory.
 *
 * @throws SluiceError with AWS's codes; `context` has the byte offset and length of a record that failed
 */
export async function* selectObjectContent(
  body: AsyncIterable<Uint8Array>,
  request: SelectRequest,
  { now = Date.now }: SelectSurroundings = {},
): AsyncGenerator<Uint8Array> {
  const { sql, input, output, compression, delimiter } = interpret(request);
  const prepared = prepare(sql, { input, output, now });
  const range = request.ScanRange;
  const { access } = prepared;
  if (access === 'random') {
    if (range !== undefined) throw refusal('UnsupportedScanRangeInput', 'a scan range is given for Parquet');
    yield* rowsOf(prepared.run(await spooled(body)), delimiter, access);
    return;
  }
  if (range === undefined) {
    const { bytes } = await decompress(body, compression);
    yield* rowsOf(prepared.run(bytes), delimiter, access);
    return;
  }
  if (compression !== 'none' || input.kind === 'json') {
    throw refusal('UnsupportedScanRangeInput', 'a scan range is given for input that cannot be entered in the middle');
  }
  const scan = await scanRange(body, range);
  yield* rowsOf(prepared.runRange(scan.body, scan), delimiter, access);
}

interface Scan {
  readonly body: AsyncIterable<Uint8Array>;
  readonly from: number;
  readonly to: number;
}

/** The last bytes can only be counted from the end: for them the object is kept. Give `Start` where its size is known. */
async function scanRange(
  body: AsyncIterable<Uint8Array>,
  range: NonNullable<SelectRequest['ScanRange']>,
): Promise<Scan> {
  const { Start: start, End: end } = range;
  for (const bound of [start, end]) {
    if (bound !== undefined && (!Number.isSafeInteger(bound) || bound < 0)) {
      throw refusal('InvalidScanRange', 'a bound of the scan range is no byte offset');
    }
  }
  if (start !== undefined || end === undefined) {
    if (start !== undefined && end !== undefined && start > end) {
      throw refusal('InvalidScanRange', 'the scan range ends before it starts');
    }
    return { body, from: start ?? 0, to: end === undefined ? Number.POSITIVE_INFINITY : end + 1 };
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk.slice());
    size += chunk.length;
  }
  return { body: replay(chunks), from: Math.max(0, size - end), to: Number.POSITIVE_INFINITY };
}

async function* replay(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

async function* rowsOf(
  batches: AsyncIterable<RowBatch>,
  delimiter: string,
  access: PreparedQuery['access'],
): AsyncGenerator<Uint8Array> {
  const mark = Buffer.from(delimiter);
  for await (const batch of batches) {
    const failure = batch.failures[0];
    const behind = failure === undefined ? batch.count : rowsBefore(batch, failure.offset);
    if (behind > 0) yield delimited(batch, 0, behind, mark);
    if (failure !== undefined) {
      const { code, reason, offset, length } = failure;
      const message = `${reason} (${placeText(access, offset, length)})`;
      throw new SluiceError(code, message, { stage: 'select', context: { offset, length } });
    }
  }
}
