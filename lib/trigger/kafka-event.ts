import type { Message, MessageBatch, MessageHeader } from '../message/contract.ts';
import { at, isFields, text } from './fields.ts';
import { shapeOf, unknownSinkEvent } from './unknown-event.ts';

/** https://docs.aws.amazon.com/lambda/latest/dg/with-msk.html and …/with-kafka.html: both are of the same shape. */
const SOURCES = new Set<unknown>(['aws:kafka', 'SelfManagedKafka']);

const EXPECTED = 'an event of a Kafka event source mapping (eventSource aws:kafka or SelfManagedKafka), or a command';

const NO_HEADERS: readonly MessageHeader[] = [];

/**
 * The messages of an event, a batch for each partition, in ascending order of offset. An event without messages gives no
 * batch. Pure.
 *
 * @throws SluiceError `UnknownEvent` when it is none, or a record of it cannot be understood: then nothing of it may count
 * as consumed.
 */
export function parseKafkaEvent(event: unknown): readonly MessageBatch[] {
  if (!SOURCES.has(at(event, 'eventSource'))) throw unknownSinkEvent(`it is ${shapeOf(event)}; expected ${EXPECTED}`);
  const records = at(event, 'records') ?? {};
  if (!isFields(records)) throw unknownSinkEvent(`its records are ${kindOf(records)}; expected lists by partition`);
  const batches = new Map<string, { readonly first: Message; readonly messages: Message[] }>();
  for (const [place, list] of Object.entries(records)) {
    if (!Array.isArray(list)) throw unknownSinkEvent(`records of ${place} are ${kindOf(list)}; expected a list`);
    for (const [index, record] of list.entries()) {
      const message = parseRecord(record, `record ${index} of ${place}`);
      const id = `${message.topic}-${message.partition}`;
      const batch = batches.get(id);
      if (batch === undefined) batches.set(id, { first: message, messages: [message] });
      else batch.messages.push(message);
    }
  }
  return [...batches.values()].map(({ first: { topic, partition }, messages }) => ({
    topic,
    partition,
    messages: ascending(messages),
  }));
}

function parseRecord(record: unknown, where: string): Message {
  const bad = (name: string, expected: string) =>
    unknownSinkEvent(`${name} of ${where} is ${kindOf(at(record, name))}; expected ${expected}`);
  if (!isFields(record)) throw unknownSinkEvent(`${where} is ${kindOf(record)}; expected an object`);
  const { topic, partition, offset, timestamp, key, value, headers } = record;
  if (text(topic) === undefined || typeof topic !== 'string') throw bad('topic', 'a name');
  if (!isCount(partition)) throw bad('partition', 'a whole number');
  if (!isCount(offset)) throw bad('offset', 'a whole number');
  if (typeof timestamp !== 'number') throw bad('timestamp', 'milliseconds since 1970');
  if (!isBytes(key)) throw bad('key', 'base64, null or nothing');
  if (!isBytes(value)) throw bad('value', 'base64, null or nothing');
  return {
    topic,
    partition,
    offset,
    timestamp,
    key: bytes(key),
    value: bytes(value),
    headers: parseHeaders(headers, where),
  };
}

/** Without the keys of an object: here they may be a message's. */
function kindOf(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isBytes(value: unknown): value is string | null | undefined {
  return value === undefined || value === null || typeof value === 'string';
}

/** A missing value is a tombstone; an empty one is not. */
function bytes(value: string | null | undefined): Uint8Array | null {
  return value === undefined || value === null ? null : Buffer.from(value, 'base64');
}

/** Each header is an object of its own, with its bytes as numbers; Java's, so that they may be negative. */
function parseHeaders(headers: unknown, where: string): readonly MessageHeader[] {
  if (headers === undefined || headers === null) return NO_HEADERS;
  if (!Array.isArray(headers)) throw unknownSinkEvent(`headers of ${where} are ${kindOf(headers)}; expected a list`);
  if (headers.length === 0) return NO_HEADERS;
  return headers.flatMap((header: unknown) => {
    if (!isFields(header)) throw unknownSinkEvent(`a header of ${where} is ${kindOf(header)}; expected an object`);
    return Object.entries(header).map(([name, value]) => {
      if (!Array.isArray(value) || !value.every((byte) => typeof byte === 'number'))
        throw unknownSinkEvent(`the header ${JSON.stringify(name)} of ${where} is no list of bytes`);
      return { name, value: Uint8Array.from(value) };
    });
  });
}

/** In order, each message once. */
function ascending(messages: readonly Message[]): readonly Message[] {
  const isSorted = messages.every(({ offset }, i) => i === 0 || (messages[i - 1]?.offset ?? -1) < offset);
  if (isSorted) return messages;
  const sorted = [...messages].sort((a, b) => a.offset - b.offset);
  return sorted.filter(({ offset }, i) => i === 0 || sorted[i - 1]?.offset !== offset);
}
