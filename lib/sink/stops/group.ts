import type { TopicPartition } from '../../message/contract.ts';
import type { Stop, StopStore } from '../contract.ts';

/** What a consumer group has committed, and a way to commit: as a member while it runs, as an administrator while it does not. */
export interface GroupOffsets {
  /** By partition. */
  read(topic: string): Promise<ReadonlyMap<number, { readonly offset: number; readonly metadata: string }>>;
  commit(partition: TopicPartition, offset: number, metadata: string): Promise<void>;
}

/** A broker takes at most `offset.metadata.max.bytes`, 4,096 by default. */
const LONGEST_TEXT = 900;
const VERSION = 1;

/**
 * Stops in the metadata of a group's own offsets, for `run` where there is no table: the offset is the message that the
 * partition stands at, and the metadata says why. Whoever commits again without it makes the partition go on.
 */
export function createGroupStops(offsets: GroupOffsets, topics: readonly string[]): StopStore {
  const read = async ({ topic, partition }: TopicPartition): Promise<Stop | undefined> => {
    const committed = (await offsets.read(topic)).get(partition);
    return committed === undefined ? undefined : stopOf({ topic, partition }, committed);
  };

  return {
    read,
    put: (stop) => offsets.commit(stop, stop.offset, metadataOf(stop)),
    async resume(partition, skip = false) {
      const stop = await read(partition);
      if (stop !== undefined) await offsets.commit(partition, stop.offset + (skip ? 1 : 0), '');
      return stop;
    },
    async list() {
      const stops: Stop[] = [];
      for (const topic of topics) {
        for (const [partition, committed] of await offsets.read(topic)) {
          const stop = stopOf({ topic, partition }, committed);
          if (stop !== undefined) stops.push(stop);
        }
      }
      return stops;
    },
  };
}

function metadataOf({ since, code, reason, fix }: Stop): string {
  return JSON.stringify({
    v: VERSION,
    stop: { since, code, reason: cut(reason), ...(fix === undefined ? {} : { fix: cut(fix) }) },
  });
}

/** Characters of up to four bytes each. */
const cut = (text: string) => (Buffer.byteLength(text) > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT / 4)} …` : text);

/** Undefined for an offset that says nothing of a stop, or in words that this version does not know. */
function stopOf(
  { topic, partition }: TopicPartition,
  { offset, metadata }: { readonly offset: number; readonly metadata: string },
): Stop | undefined {
  if (!metadata.startsWith('{')) return undefined;
  let facts: { v?: unknown; stop?: Partial<Stop> } | null;
  try {
    facts = JSON.parse(metadata) as typeof facts;
  } catch {
    return undefined;
  }
  if (facts?.v !== VERSION || facts.stop === undefined) return undefined;
  const { since, code, reason, fix } = facts.stop;
  if (typeof since !== 'number' || typeof code !== 'string' || typeof reason !== 'string') return undefined;
  return { topic, partition, offset, since, code, reason, ...(typeof fix === 'string' ? { fix } : {}) };
}
