import { SluiceError } from '../failure/index.ts';
import type { ObjectInfo, ObjectStore, RandomAccess } from '../object/contract.ts';
import { compressionOf, open } from '../object/open.ts';
import { objectAccess } from '../object/random-access.ts';
import type { RowBatch } from '../select/batch.ts';
import type { PreparedSelect } from '../select/contract.ts';
import type { ExportPlan, RunPorts } from './plan.ts';
import type { Tally } from './tally.ts';

/** As much of an object as a header record may have: the longest record that is read. */
const HEAD_BYTES = 1024 * 1024;

/** The batches of an object from where the tally stands: a place in the object (see RowBatch), behind so many rows. */
export async function* batchesOf(
  plan: ExportPlan,
  { store }: Pick<RunPorts, 'store'>,
  info: ObjectInfo,
  tally: Tally,
  ahead: () => number = () => Infinity,
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
    const { bytes, compression: known } = await open(store, info, { compression, ahead });
    tally.rereads = known !== 'none';
    yield* select.run(counted(bytes, tally));
    return;
  }
  const { bytes, head } = await openMiddle(plan, store, info, from, tally, ahead);
  yield* select.run(bytes, { offset: from, head, returned: tally.matched });
}

/** What is stored as it is gets read from there. What is compressed is read again, once, for its head and up to there. */
async function openMiddle(
  { compression, select }: ExportPlan,
  store: ObjectStore,
  info: ObjectInfo,
  from: number,
  tally: Tally,
  ahead: () => number,
) {
  const headBytes = select.head ? Math.min(from, HEAD_BYTES) : 0;
  const known = await compressionOf(store, info, compression);
  tally.rereads = known !== 'none';
  if (known === 'none') {
    const head: Uint8Array[] = [];
    if (headBytes > 0) for await (const chunk of counted(store.read(info, { to: headBytes }), tally)) head.push(chunk);
    return { head: Buffer.concat(head), bytes: counted(store.read(info, { from, ahead }), tally) };
  }
  const { bytes } = await open(store, info, { compression: known });
  return parted(counted(bytes, tally), headBytes, from);
}

/** The first bytes, and those from `from` on. */
async function parted(bytes: AsyncGenerator<Uint8Array>, headBytes: number, from: number) {
  const head = Buffer.alloc(headBytes);
  let at = 0;
  let rest: Uint8Array = new Uint8Array(0);
  while (at < from) {
    const { done, value } = await bytes.next();
    if (done === true) break;
    if (at < headBytes) head.set(value.subarray(0, headBytes - at), at);
    at += value.length;
    rest = value.subarray(value.length - Math.max(0, at - from));
  }
  return { head: head.subarray(0, at), bytes: following(rest, bytes) };
}

async function* following(first: Uint8Array, others: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (first.length > 0) yield first;
  yield* others;
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

/** An aggregate gives its row at the end: another run would have to begin anew, and get no further. */
export function endlessAggregate({ rule }: ExportPlan, bytesRead: number): SluiceError {
  return new SluiceError(
    'AggregateOutOfTime',
    `the query adds up the whole object, and the function's time was over after ${bytesRead} bytes of it; an aggregate cannot be continued by another run`,
    {
      stage: 'select',
      context: { rule },
      fix: 'Give the function more memory, and CPU with it (function.memory), or more time (function.timeout, at most 15m); or select the records and add them up behind Kafka.',
    },
  );
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
