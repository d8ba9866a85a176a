import { RAW_LIMIT, SluiceError } from '../../failure/index.ts';
import type { RecordProducer } from '../../kafka/contract.ts';
import type { FailedMessage, MessageLetters } from '../contract.ts';
import { type LetterNames, letterFacts, letterKey } from './facts.ts';

type Letter = Parameters<RecordProducer['sendTo']>[1][number];
type Headers = NonNullable<Letter['headers']>;

/** Letters are sent together up to so many bytes: half of what a broker takes at once by default. */
const REQUEST_BYTES = 512 * 1024;

/** What brokers and producer say of a letter that is too large. */
const TOO_LARGE = new Set(['MessageTooLarge', 'RecordTooLarge']);

/**
 * Dead letters as Kafka messages: the value is the message's own, so that a consumer can replay it as it stood, and its
 * headers come along. What is said of it stands in headers `sluice-dead-…`, its own key in `sluice-dead-key`.
 *
 * A message that the topic does not take for its size is cut: `sluice-dead-length` then says how many bytes its value had.
 */
export function topicLetters(
  producer: Pick<RecordProducer, 'sendTo' | 'close'>,
  topic: string,
  names: LetterNames,
): MessageLetters {
  async function send(letters: readonly Letter[]): Promise<void> {
    try {
      await producer.sendTo(topic, letters);
    } catch (error) {
      if (!(error instanceof SluiceError && TOO_LARGE.has(error.code))) throw error;
      const [only] = letters;
      if (only === undefined) throw error;
      if (letters.length > 1) for (const letter of letters) await send([letter]);
      else if (sizeOf(only) > RAW_LIMIT && only.headers?.['sluice-dead-length'] === undefined) await send([cut(only)]);
      else throw error;
    }
  }

  return {
    async put(failed) {
      let request: Letter[] = [];
      let size = 0;
      for (const letter of failed.map((each) => letterOf(names, each))) {
        const bytes = sizeOf(letter);
        if (request.length > 0 && size + bytes > REQUEST_BYTES) {
          await send(request);
          request = [];
          size = 0;
        }
        request.push(letter);
        size += bytes;
      }
      if (request.length > 0) await send(request);
    },
    close: () => producer.close(),
  };
}

function letterOf(names: LetterNames, failed: FailedMessage): Letter {
  const { key, value, headers } = failed.message;
  const facts = Object.entries(letterFacts(names, failed)).map(([name, fact]) => [`sluice-dead-${name}`, `${fact}`]);
  return {
    key: Buffer.from(letterKey(failed)),
    value,
    headers: {
      ...ownHeaders(headers),
      ...Object.fromEntries(facts),
      ...(key === null ? {} : { 'sluice-dead-key': key }),
    },
  };
}

/** A name may come several times. */
function ownHeaders(headers: FailedMessage['message']['headers']): Headers {
  const kept = new Map<string, Uint8Array[]>();
  for (const { name, value } of headers) kept.set(name, [...(kept.get(name) ?? []), value]);
  return Object.fromEntries(kept);
}

function sizeOf({ key, value, headers = {} }: Letter): number {
  const named = Object.entries(headers).map(([name, held]) => name.length + lengthOf(held));
  return (key?.length ?? 0) + (value?.length ?? 0) + named.reduce((sum, each) => sum + each, 0);
}

function lengthOf(held: Headers[string]): number {
  return typeof held === 'string' || held instanceof Uint8Array
    ? Buffer.byteLength(held)
    : held.reduce((sum, each) => sum + Buffer.byteLength(each), 0);
}

function cut(letter: Letter): Letter {
  const { value, headers } = letter;
  return {
    ...letter,
    value: value?.subarray(0, RAW_LIMIT) ?? null,
    headers: { ...headers, 'sluice-dead-length': `${value?.length ?? 0}` },
  };
}
