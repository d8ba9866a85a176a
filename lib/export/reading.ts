import { SluiceError } from '../failure/index.ts';
import type { ObjectInfo, RandomAccess } from '../object/contract.ts';
import { open } from '../object/open.ts';
import { objectAccess } from '../object/random-access.ts';
import type { RowBatch } from '../select/batch.ts';
import type { PreparedSelect } from '../select/contract.ts';
import type { ExportPlan, RunPorts } from './plan.ts';
import type { Tally } from './tally.ts';

/** Kept before the deadline for acknowledging what is under way and writing the run record, in milliseconds. */
export const MARGIN = 10_000;

/** As much of an object as a header record may have: the longest record that is read. */
const HEAD_BYTES = 1024 * 1024;

/** The batches of an object from where the tally stands: a place in the object (see RowBatch), behind so many rows. */
export async function* batchesOf(
  plan: ExportPlan,
  { store }: Pick<RunPorts, 'store'>,
  info: ObjectInfo,
  tally: Tally,
): AsyncGenerator<RowBatch> {
  const { compression, select } = plan;
  // An aggregate emits at the end, and begins anew.
  const from = select.aggregate ? 0 : tally.position;
  if (select.access === 'random') {
    const resume = from === 0 ? undefined : { offset: from, returned: tally.matched };
    yield* select.run(countedAccess(objectAccess(store, info), tally), resume);
    return;
  }
  if (from === 0) {
    const { bytes } = await open(store, info, { compression });
    yield* select.run(counted(bytes, tally));
    return;
  }
  const whole = await open(store, info, { compression });
  const head = await firstBytes(counted(whole.bytes, tally), HEAD_BYTES);
  const { bytes } = await open(store, info, { compression, from });
  yield* select.run(counted(bytes, tally), { offset: from, head, returned: tally.matched });
}

async function firstBytes(bytes: AsyncIterable<Uint8Array>, count: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of bytes) {
    // A copy: whoever gave the chunk may use its memory again.
    chunks.push(chunk.slice(0, count - length));
    length += chunk.length;
    if (length >= count) break;
  }
  return Buffer.concat(chunks);
}

async function* counted(bytes: AsyncIterable<Uint8Array>, tally: Tally): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    tally.bytesIn += chunk.length;
    yield chunk;
  }
}

function countedAccess({ size, read }: RandomAccess, tally: Tally): RandomAccess {
  return {
    size,
    async read(from, to) {
      tally.bytesIn += to - from;
      return read(from, to);
    },
  };
}

/** Codes of stage `object` that speak of the object itself: asking again gives the same answer. */
const OF_THE_OBJECT = new Set(['TruncatedObject', 'CorruptObject', 'ObjectChanged', 'ObjectArchived']);

/** Whether an error is the object's or the query's own, so that another attempt would meet it again. */
export function isOfTheObject(error: unknown): boolean {
  if (!(error instanceof SluiceError) || error.retryable) return false;
  return error.stage === 'format' || error.stage === 'select' || OF_THE_OBJECT.has(error.code);
}

export function outOfTime(select: PreparedSelect, offset: number): SluiceError {
  const place = select.access === 'random' ? `row ${offset}` : `byte ${offset}`;
  return new SluiceError('OutOfTime', `the function's time was over at ${place} of the object`, {
    stage: 'export',
    retryable: true,
    context: { offset },
    fix: 'Give the function more time (function.timeout), raise the rate, or export smaller objects.',
  });
}
