import type { ExportPlan, ExportPorts } from '../../lib/export/plan.ts';
import type { RecordFailure } from '../../lib/failure/index.ts';
import { SluiceError } from '../../lib/failure/index.ts';
import type { ObjectInfo, ObjectStore } from '../../lib/object/contract.ts';
import type { RowBatch } from '../../lib/select/batch.ts';
import { texts } from './rows.ts';

export const INFO: ObjectInfo = {
  bucket: 'logs',
  key: 'access/a.csv',
  etag: '"e1"',
  size: 30,
  lastModified: new Date(0),
};

/** A store that holds one object of the given bytes. */
export function storeOf(content: Uint8Array, info: ObjectInfo = { ...INFO, size: content.length }): ObjectStore {
  return {
    head: async () => info,
    async *read(_info, options) {
      yield content.subarray(options?.from ?? 0, options?.to);
    },
    async *list() {
      yield info;
    },
    close: () => undefined,
  };
}

/** A plan whose select gives these batches, whatever the object; an error in the list is thrown at its place. */
export function planOf(steps: readonly (RowBatch | Error)[], extra: Partial<ExportPlan> = {}): ExportPlan {
  return {
    rule: 'errors',
    stage: 'test',
    topic: 'errors',
    hash: 'h1',
    compression: 'none',
    onError: 'retain',
    select: {
      columns: undefined,
      aggregate: false,
      access: 'stream',
      head: false,
      async *run(source) {
        if ('size' in source) throw new Error('asked for a stream, given ranges');
        for await (const _ of source);
        for (const step of steps) {
          if (step instanceof Error) throw step;
          yield step;
        }
      },
    },
    ...extra,
  };
}

export interface Outcome {
  readonly sent: string[];
  readonly letters: RecordFailure[];
  readonly taken: [number, number][];
  readonly pauses: number[];
}

/** Ports whose clock moves only by their own pauses, and that write down what went through them. */
export function portsOf(overrides: Partial<ExportPorts> = {}, failing: readonly Error[] = [], maxValue = 100) {
  const outcome: Outcome = { sent: [], letters: [], taken: [], pauses: [] };
  const errors = [...failing];
  let now = 1_000_000;
  const ports: ExportPorts = {
    store: storeOf(Buffer.from('x'.repeat(30))),
    producer: {
      connect: async () => undefined,
      async send(batch) {
        const error = errors.shift();
        if (error !== undefined) throw error;
        const first = batch.first ?? 0;
        const values = texts(batch.values, first, batch.behind ?? batch.count);
        outcome.sent.push(...values);
        return { records: values.length, bytes: values.join('').length };
      },
      oversized: (batch) =>
        texts(batch.values, 0, batch.count).flatMap((value, row) => (value.length > maxValue ? [row] : [])),
      sendTo: async () => undefined,
      close: async () => undefined,
    },
    limiter: {
      async take(records, bytes) {
        outcome.taken.push([records, bytes]);
        return 5;
      },
      maxRecords: 2,
      fillMs: 0,
      maxBytes: 1000,
      close: async () => undefined,
    },
    deadLetters: {
      async put(failures) {
        outcome.letters.push(...failures);
      },
    },
    clock: () => now,
    async pause(ms) {
      outcome.pauses.push(ms);
      now += ms;
    },
    ...overrides,
  };
  return { ports, outcome, deadline: now + 60_000 };
}

export const away = () =>
  new SluiceError('BrokerUnreachable', 'no broker answered', { stage: 'kafka', retryable: true });
