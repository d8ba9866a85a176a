import type { Message } from 'kafkajs';
import type { RecordProducer } from './contract.ts';
import type { Request } from './dispatch.ts';
import { keyedPartition } from './partition.ts';

export type PlainMessage = Parameters<RecordProducer['sendTo']>[1][number];

/** Messages one by one. A message without key goes where its value would go as a key. */
export function plainRequest(
  messages: readonly PlainMessage[],
  partitions: number,
): Pick<Request, 'partitions' | 'messages'> {
  const placed = messages.map((message) => {
    const key = message.key ?? message.value ?? new Uint8Array();
    return toMessage(message, keyedPartition(key, 0, key.length, partitions));
  });
  return {
    partitions: placed.map(({ partition }) => partition),
    messages: (wanted) => placed.filter(({ partition }) => wanted.has(partition)),
  };
}

function toMessage({ key, value, headers }: PlainMessage, partition: number): Message & { readonly partition: number } {
  return {
    partition,
    key: key === undefined ? null : buffer(key),
    value: value === null ? null : buffer(value),
    ...(headers && {
      headers: Object.fromEntries(Object.entries(headers).map(([name, item]) => [name, headerValue(item)])),
    }),
  };
}

function headerValue(item: string | Uint8Array | readonly Uint8Array[]): string | Buffer | Buffer[] {
  if (typeof item === 'string') return item;
  return item instanceof Uint8Array ? buffer(item) : item.map(buffer);
}

function buffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
