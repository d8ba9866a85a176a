import type { Message } from 'kafkajs';
import type { Provenance, RecordBatch } from './contract.ts';
import type { Round } from './rounds.ts';
import { INSIDES_KNOWN } from './wire/hook.ts';
import { EncodedBatch } from './wire/produce.ts';

/** A round as kafkajs takes it: the `messages` of one topic. */
export type Carrier = (round: Round, batch: RecordBatch, source: Provenance | undefined) => Message[];

export const carrier: Carrier = INSIDES_KNOWN ? encodedMessages : plainMessages;

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
 * given. So it is given an array that answers those calls for the batches as a whole, which `wire/produce.ts` then finds
 * in its request. Each call is answered the same however often it comes, since kafkajs asks again when it retries.
 */
export function encodedMessages(round: Round): Message[] {
  const batches = Object.fromEntries(round.map((records) => [records.partition, new EncodedBatch(records)]));
  return Object.assign([] as Message[], {
    // Looks for a message without a value.
    find: () => undefined,
    // Groups the messages by partition.
    reduce: () => batches,
  });
}
