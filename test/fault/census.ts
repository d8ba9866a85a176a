/** What a reader of committed records finds, held against what was to come. */
import { randomUUID } from 'node:crypto';
import { STRIPE } from '../../lib/kafka/partition.ts';
import { createProducer } from '../../lib/kafka/producer.ts';
import { consumeAll, type KafkaMessage } from '../../lib/kafka/reading.ts';
import { plaintext, recordsOf } from '../support/kafka.ts';
import { type Ground, PARTITIONS } from './ground.ts';
import { expectedOf, type Kind } from './object.ts';

export interface Census {
  readonly objects: number;
  readonly records: number;
  /** Records and dead letters that are missing, that are there more than once, and that stand behind a later one of their partition. */
  readonly lost: number;
  readonly doubled: number;
  readonly disordered: number;
  /** What is wrong with which object. */
  readonly faults: readonly string[];
}

/** The ids of an object's records, in the order of their partitions. */
type Found = ReadonlyMap<number, readonly number[]>;

/** An object whose runs are over. */
interface Counted {
  readonly key: string;
  readonly kind: Pick<Kind, 'bad'>;
  readonly trail: readonly string[];
  /** Default: all that was there under this key. */
  readonly version?: string;
}

export async function takeCensus(ground: Ground, objects: readonly Counted[]): Promise<Census> {
  const idOfRecord = ({ value }: KafkaMessage) => Number((JSON.parse(String(value)) as { readonly id: string }).id);
  const idOfLetter = ({ value }: KafkaMessage) => Number.parseInt(String(value), 10);
  const records = await read(ground, ground.topic, idOfRecord);
  const letters = await read(ground, ground.deadTopic, idOfLetter);
  const sum = { records: 0, lost: 0, doubled: 0, disordered: 0 };
  const faults: string[] = [];
  for (const { key, version, kind, trail } of objects) {
    const expected = expectedOf(kind);
    for (const [what, found, ids] of [
      ['records', records, expected.records],
      ['letters', letters, expected.letters],
    ] as const) {
      const counted = count(found.get(nameOf(key, version)) ?? new Map(), ids);
      sum.records += ids.length;
      sum.lost += counted.lost;
      sum.doubled += counted.doubled;
      // A letter's partition is its own.
      if (what === 'records') sum.disordered += counted.disordered;
      if (counted.lost + counted.doubled + (what === 'records' ? counted.disordered : 0) > 0) {
        faults.push([`${what} of ${key}: ${JSON.stringify(counted)}`, ...trail].join('\n  '));
      }
    }
  }
  return { objects: objects.length, ...sum, faults };
}

function count(found: Found, expected: readonly number[]) {
  const times = new Map<number, number>();
  let disordered = 0;
  for (const ids of found.values()) {
    for (const [i, id] of ids.entries()) {
      times.set(id, (times.get(id) ?? 0) + 1);
      if (i > 0 && id < ids[i - 1]!) disordered++;
    }
  }
  const lost = expected.filter((id) => !times.has(id)).length;
  const doubled = [...times.values()].reduce((sum, n) => sum + n, 0) - (expected.length - lost);
  return { lost, doubled, disordered };
}

const nameOf = (key: string, version?: string) => JSON.stringify([key, version]);

/**
 * Reads up to a last record in each partition, sent outside of all transactions: those stand behind what is still open, so
 * that nothing can come after them.
 */
async function read(
  { servers }: Ground,
  topic: string,
  idOf: (message: KafkaMessage) => number,
): Promise<ReadonlyMap<string, Found>> {
  const endpoint = plaintext(servers.brokers);
  const last = { bucket: 'last', key: randomUUID(), version: 'v1' };
  const ends = Array.from({ length: PARTITIONS }, () => '');
  const producer = createProducer({ endpoint, topic, compression: 'none', headers: true });
  await producer.send(recordsOf(ends, 0, STRIPE), last);
  await producer.close();
  const found = new Map<string, Map<number, number[]>>();
  let ended = 0;
  await consumeAll(
    endpoint,
    topic,
    (message) => {
      const key = String(message.headers['sluice-key']);
      if (String(message.headers['sluice-bucket']) === last.bucket) {
        if (key === last.key) ended++;
        return;
      }
      const id = idOf(message);
      for (const name of [nameOf(key), nameOf(key, String(message.headers['sluice-version']))]) {
        const partitions = found.get(name) ?? new Map<number, number[]>();
        found.set(name, partitions);
        const ids = partitions.get(message.partition) ?? [];
        partitions.set(message.partition, ids);
        ids.push(id);
      }
    },
    { enough: () => ended === PARTITIONS },
  );
  return found;
}
