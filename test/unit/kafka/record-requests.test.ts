import { registerCodecs } from '../../../lib/kafka/compression.ts';
import type { RecordBatch } from '../../../lib/kafka/contract.ts';
import { pack } from '../../../lib/kafka/packing.ts';
import type { EncodedRecords } from '../../../lib/kafka/record-batch.ts';
import { RecordRequests } from '../../../lib/kafka/record-requests.ts';
import { caught } from '../../support/caught.ts';
import { recordsOf, SOURCE } from '../../support/kafka.ts';

const FACTS = { partitions: 1, maxMessageBytes: 1_000 };
const GZIP = 1;

/** Requests whose records can be looked at. */
function requestsOf(compression: 'none' | 'gzip' = 'none') {
  const encoded: EncodedRecords[] = [];
  const requests = new RecordRequests({ topic: 'errors', compression, headers: false }, (round) => {
    encoded.push(...round);
    return [];
  });
  requests.learn(FACTS);
  const steps = (batch: RecordBatch) => requests.of(batch, SOURCE, FACTS);
  const next = (step: ReturnType<typeof steps>): EncodedRecords | undefined => {
    const { done, value } = step.next();
    if (done === true) return undefined;
    value.messages(new Set(value.partitions));
    return encoded.at(-1);
  };
  return { requests, steps, next };
}

const LONG = recordsOf(Array.from({ length: 30 }, (_, i) => `${i}:`.padEnd(100, 'x')));
const OTHER = recordsOf(Array.from({ length: 30 }, (_, i) => `${i}:`.padEnd(100, 'y')));

function all({ steps, next }: ReturnType<typeof requestsOf>, batch: RecordBatch): string {
  const step = steps(batch);
  const parts: Buffer[] = [];
  for (let records = next(step); records !== undefined; records = next(step)) parts.push(Buffer.from(records.bytes));
  return Buffer.concat(parts).toString('hex');
}

test('a batch that was prepared goes out as one that was not', () => {
  const prepared = requestsOf();
  prepared.requests.prepare(LONG, SOURCE, FACTS);
  prepared.requests.prepare(OTHER, SOURCE, FACTS);
  const plain = requestsOf();
  expect(all(prepared, LONG)).toBe(all(plain, LONG));
  expect(all(prepared, OTHER)).toBe(all(plain, OTHER));
});

test('what is compressed ahead is compressed once', async () => {
  registerCodecs();
  const { requests, steps, next } = requestsOf('gzip');
  requests.prepare(LONG, SOURCE, FACTS);
  const records = next(steps(LONG))!;
  expect(await pack(records, GZIP)).toBe(await pack(records, GZIP));
});

test('memory is used again, but not that of requests which were not all acknowledged', () => {
  const { requests, steps, next } = requestsOf();
  const failed = steps(LONG);
  const { bytes } = next(failed)!;
  const before = bytes.toString('hex');
  failed.return(undefined);
  requests.prepare(OTHER, SOURCE, FACTS);
  expect(bytes.toString('hex')).toBe(before);

  const sent = steps(OTHER);
  const { buffer } = next(sent)!.bytes;
  while (next(sent) !== undefined);
  expect(next(steps(LONG))?.bytes.buffer).toBe(buffer);
});

test('a record that is too large is told when its batch is to be sent', () => {
  const { requests, steps } = requestsOf();
  const batch = recordsOf(['small', 'x'.repeat(2_000)]);
  requests.prepare(batch, SOURCE, FACTS);
  expect(requests.oversized(batch, SOURCE)).toEqual([1]);
  expect(caught(() => steps(batch).next())).toMatchObject({ code: 'RecordTooLarge', context: { offset: 100 } });
});
