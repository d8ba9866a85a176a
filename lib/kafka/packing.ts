import { compress } from './compression.ts';
import type { EncodedRecords } from './record-batch.ts';

const packed = new WeakMap<EncodedRecords, Promise<Uint8Array>>();

/**
 * The records as a batch carries them. They are compressed once, however often they are sent; whoever knows early that
 * they will be sent asks early, since it is done in another thread.
 *
 * @param codec kafkajs's number of it; 0 for none
 */
export async function pack(records: EncodedRecords, codec: number): Promise<Uint8Array> {
  if (codec === 0) return records.bytes;
  const known = packed.get(records) ?? compress(codec, records.bytes);
  packed.set(records, known);
  return known;
}
