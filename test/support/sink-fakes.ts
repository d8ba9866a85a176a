import { Buffer } from 'node:buffer';
import type { Change, Message, MessageBatch, MessagePipeline, TopicPartition } from '../../lib/message/contract.ts';
import type { FailedMessage, Slice, Stop, StopStore, Target } from '../../lib/sink/contract.ts';
import type { SinkPlan, SinkPorts } from '../../lib/sink/plan.ts';
import type { RowFault } from '../../lib/sink/row-fault.ts';

export const PLACE: TopicPartition = { topic: 'errors', partition: 0 };

export function messageAt(offset: number, value: string | null = `row ${offset}`, place = PLACE): Message {
  const bytes = value === null ? null : Buffer.from(value);
  return { ...place, offset, timestamp: 1_000 + offset, key: null, value: bytes, headers: [] };
}

/** Messages of these values, one after another from an offset on. */
export function batchOf(values: readonly (string | null)[], from = 0, place = PLACE): MessageBatch {
  return { ...place, messages: values.map((value, i) => messageAt(from + i, value, place)) };
}

/**
 * A pipeline of words: `unreadable` fails, `filtered` and a tombstone give nothing, `a|b` gives two rows, all else one of
 * the field `value`.
 */
export const WORDS: MessagePipeline = {
  run(messages) {
    const changes: Change[] = [];
    const failures = [];
    let filtered = 0;
    for (const message of messages) {
      const text = message.value === null ? 'filtered' : Buffer.from(message.value).toString();
      if (text === 'unreadable') failures.push({ message, code: 'BadJson', reason: 'no JSON', at: 'parse' });
      else if (text === 'filtered') filtered++;
      else {
        for (const [index, word] of text.split('|').entries())
          changes.push({ kind: 'put', row: { names: ['value'], values: [word] }, unchanged: [], message, index });
      }
    }
    return { changes, failures, filtered };
  },
  trace: () => ({ stages: [], changes: [], warnings: [], notices: [] }),
};

export function wordOf(change: Change): string {
  return change.kind === 'put' ? String(change.row.values[0]) : '';
}

export class StopMemory implements StopStore {
  readonly stops = new Map<string, Stop>();
  readonly #id = ({ topic, partition }: TopicPartition) => `${topic}-${partition}`;
  read = async (place: TopicPartition) => this.stops.get(this.#id(place));
  put = async (stop: Stop) => void this.stops.set(this.#id(stop), stop);
  readonly #skipped = new Set<string>();
  resume = async (place: TopicPartition, skip = false) => {
    const stop = this.stops.get(this.#id(place));
    this.stops.delete(this.#id(place));
    if (skip && stop !== undefined) this.#skipped.add(`${this.#id(place)}-${stop.offset}`);
    return stop;
  };
  skipped = async (place: TopicPartition, offset: number) => this.#skipped.has(`${this.#id(place)}-${offset}`);
  list = async () => [...this.stops.values()];
}

export interface TargetOptions {
  /** What is wrong with a slice. A partial writer keeps the rows before the first one that is wrong. */
  readonly refuse?: (slice: Slice) => RowFault | undefined;
  /** Thrown by the next calls, in turn, before anything is written. */
  readonly failing?: Error[];
  /** Whether offsets are kept with the rows. */
  readonly offsets?: boolean;
  /** Writes some of a refused slice's rows all the same. */
  readonly partial?: boolean;
}

/** A table in memory whose rows are told apart by where they come from: writing one again changes nothing. */
export class TableTarget implements Target {
  readonly rows = new Map<string, string>();
  readonly slices: Slice[] = [];
  readonly positions = new Map<string, number>();
  closed = false;
  readonly #options: TargetOptions;

  constructor(options: TargetOptions = {}) {
    this.#options = options;
  }

  async apply(slice: Slice) {
    const { refuse, failing = [], offsets = true, partial = false } = this.#options;
    this.slices.push(slice);
    const failure = failing.shift();
    if (failure !== undefined) throw failure;
    const place = `${slice.topic}-${slice.partition}`;
    const position = this.positions.get(place) ?? 0;
    const fault = refuse?.(slice);
    const written = fault === undefined ? slice.changes : partial ? slice.changes.slice(0, fault.row ?? 1) : [];
    let repeated = 0;
    for (const change of written) {
      const id = `${place}-${change.message.offset}-${change.index}`;
      if (this.rows.has(id) || (offsets && change.message.offset < position)) repeated++;
      else this.rows.set(id, wordOf(change));
    }
    if (fault !== undefined) throw fault;
    if (offsets) this.positions.set(place, Math.max(position, slice.to));
    return { written: slice.changes.length - repeated, deleted: 0, repeated };
  }

  position = async ({ topic, partition }: TopicPartition) => this.positions.get(`${topic}-${partition}`);
  forget = async () => 0;
  statements = async () => [];
  check = async () => [];
  close = async () => {
    this.closed = true;
  };

  get words(): readonly string[] {
    return [...this.rows.values()];
  }
}

export interface Scene {
  readonly plan: SinkPlan;
  readonly ports: SinkPorts & { readonly target: TableTarget; readonly stops: StopMemory };
  readonly letters: FailedMessage[];
  readonly pauses: number[];
}

/** A sink over fakes. Its clock moves only by what is paused. */
export function sceneOf(
  plan: Partial<SinkPlan> = {},
  target = new TableTarget(),
  extra: Partial<SinkPorts> = {},
): Scene {
  const letters: FailedMessage[] = [];
  const pauses: number[] = [];
  let now = 0;
  return {
    plan: { rule: 'words', stage: 'test', onError: 'retain', batchMessages: 1_000, ...plan },
    letters,
    pauses,
    ports: {
      pipeline: WORDS,
      letters: { put: async (failed) => void letters.push(...failed), close: async () => undefined },
      logEnd: async () => Number.MAX_SAFE_INTEGER,
      clock: () => now,
      pause: async (ms) => {
        pauses.push(ms);
        now += ms;
      },
      ...extra,
      target,
      stops: new StopMemory(),
    },
  };
}
