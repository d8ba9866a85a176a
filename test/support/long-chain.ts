/** Long objects through real ledgers and a real broker, under a deadline that is counted in bytes. */
import { randomUUID } from 'node:crypto';
import type { LedgerPlace } from '../../lib/export/ledger.ts';
import type { ExportPlan, Relay } from '../../lib/export/plan.ts';
import { exportObject } from '../../lib/export/run.ts';
import { consumeAll } from '../../lib/kafka/reading.ts';
import type { RunRecord } from '../../lib/telemetry/run-record.ts';
import type { Continuation } from '../../lib/trigger/index.ts';
import type { Exporting } from './exporting.ts';
import { plaintext } from './kafka.ts';
import { type LongObject, SELECT } from './long-object.ts';

/** What a run takes itself to have, in milliseconds; ten seconds of it are kept for its end. */
const TIME = 50_000;
const WORK = 40_000;

export interface LongWay {
  readonly ledger: 'dynamodb' | 'kafka';
  readonly bytesARun: number;
  readonly bytesABatch: number;
}

export interface LongChain {
  readonly runs: readonly RunRecord[];
  /** Where the records begin that a read_committed reader sees, in order. */
  readonly offsets: readonly number[];
}

/**
 * Runs until the object is done. The clock goes by the bytes that are selected, so that a run gets through `bytesARun` on
 * any machine.
 */
export async function exportLong(
  exporting: Exporting,
  brokers: readonly string[],
  place: LedgerPlace,
  object: LongObject,
  { ledger, bytesARun, bytesABatch }: LongWay,
): Promise<LongChain> {
  // A batch holds no more records than the rate lets through in a second; the burst keeps it from making anybody wait.
  const rate = { records: Math.round(bytesABatch * object.density), burst: 10_000_000, instances: 1 };
  let now = Date.now();
  const clock = () => now;
  const clocked = (select: ExportPlan['select']): ExportPlan['select'] => ({
    ...select,
    run(source, resume) {
      if ('size' in source) throw new TypeError('expected a stream');
      async function* counted(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) {
        for await (const chunk of chunks) {
          now += (chunk.length / bytesARun) * WORK;
          yield chunk;
        }
      }
      return select.run(counted(source), resume);
    },
  });
  const runs: RunRecord[] = [];
  let next: Continuation | undefined;
  do {
    const continuation = next;
    next = undefined;
    const relay: Relay = {
      handOn: async (_ref, handed) => {
        next = handed;
      },
    };
    const instance = await exporting.exactInstance(
      { select: SELECT, rate, kafka: { ledger, value: 'csv' } },
      clock,
      place,
    );
    const { plan, ports } = instance;
    const request = { ref: object.info, trigger: 's3', run: randomUUID(), deadline: now + TIME };
    // By this clock the rate would seem to make wait while the next batch is read.
    const limiter = { ...ports.limiter, take: async () => 0 };
    const run = { ...ports, store: object.store, limiter, relay };
    runs.push(
      await exportObject({ ...plan, select: clocked(plan.select) }, run, {
        ...request,
        ...(continuation && { continuation }),
      }),
    );
    await instance.close();
  } while (next !== undefined);
  const offsets: number[] = [];
  await consumeAll(plaintext(brokers), exporting.topic, ({ headers }) => {
    if (String(headers['sluice-key']) === object.info.key) offsets.push(Number(headers['sluice-offset']));
  });
  return { runs, offsets };
}
