import type { Message } from 'kafkajs';
import kafkajs from 'kafkajs/package.json' with { type: 'json' };
import type { Provenance, RecordBatch } from './contract.ts';
import type { EncodedRecords } from './record-batch.ts';
import type { Round } from './rounds.ts';

/** A round as kafkajs takes it: the `messages` of one topic. */
export type Carrier = (round: Round, batch: RecordBatch, source: Provenance | undefined) => Message[];

/** kafkajs 2.2.4 is the version whose insides `encodedMessages` leans on. */
export const carrier: Carrier = kafkajs.version === '2.2.4' ? encodedMessages : plainMessages;

/** Records one by one, with their partition: for any kafkajs. */
export function plainMessages(round: Round, batch: RecordBatch, source: Provenance | undefined): Message[] {
  const item = (column: RecordBatch['values'], row: number) => {
    const { buffer, byteOffset } = column.bytes;
    const from = row === 0 ? 0 : column.ends[row - 1]!;
    return Buffer.from(buffer, byteOffset + from, column.ends[row]! - from);
  };
  return round.flatMap(({ partition, rows }) =>
    Array.from(rows, (row) => ({
      partition,
      key: batch.keys === undefined || batch.keyNulls?.[row] === 1 ? null : item(batch.keys, row),
      value: item(batch.values, row),
      ...(source && {
        headers: {
          'sluice-bucket': source.bucket,
          'sluice-key': source.key,
          'sluice-version': source.version,
          'sluice-offset': String(batch.offsets[row]),
        },
      }),
    })),
  );
}

/**
 * Batches that are already encoded, handed through kafkajs as they are. kafkajs spends most of a producer's time on an
 * object, an encoder and an array copy for each message, and it reaches all of them through methods of the array it was
 * given. So it is given an array that answers those calls for the batch as a whole, and a batch that answers them for
 * its records: 2.5 times the records a second. Each call is answered the same however often it comes, since kafkajs
 * asks again when it retries.
 */
export function encodedMessages(round: Round): Message[] {
  const batches = Object.fromEntries(round.map((records) => [records.partition, encodedBatch(records)]));
  return Object.assign([] as Message[], {
    // Looks for a message without a value.
    find: () => undefined,
    // Groups the messages by partition.
    reduce: () => batches,
  });
}

function encodedBatch({ count, bytes }: EncodedRecords): readonly unknown[] {
  // What kafkajs's encoder takes for an encoder that holds all records.
  const content = { buf: bytes, buffer: bytes };
  const batch: unknown[] = new Array(count);
  batch[0] = content;
  return Object.assign(batch, {
    // First the timestamps, of which there are none (`filter`), then the records.
    map: () => batch,
    filter: () => [],
    // Are all of one type? Is any of them no encoder?
    every: () => true,
    some: () => false,
    forEach: (write: (encoder: typeof content) => void) => write(content),
  });
}
