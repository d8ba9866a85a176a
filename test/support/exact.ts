/** Runs of the real export over the real ledgers and the real select, with a broker and a table in memory. */
import type { ExactPorts, ExportPlan, Relay } from '../../lib/export/plan.ts';
import { type ExportRequest, exportObject } from '../../lib/export/run.ts';
import type { Ledger, StoppedObject } from '../../lib/ledger/contract.ts';
import { createDynamoLedger } from '../../lib/ledger/dynamodb/ledger.ts';
import { createGroupLedger } from '../../lib/ledger/kafka/ledger.ts';
import { prepare } from '../../lib/select/index.ts';
import type { RunRecord } from '../../lib/telemetry/run-record.ts';
import type { Continuation } from '../../lib/trigger/index.ts';
import { INFO, storeOf } from './export-fakes.ts';
import { FakeBroker, FakeTable, fakeTime } from './ledger/fakes.ts';

export type LedgerKind = 'dynamodb' | 'kafka';
export const LEDGERS: readonly LedgerKind[] = ['dynamodb', 'kafka'];

const SCOPE = { stage: 'test', rule: 'errors' };
const DAY = 86_400_000;

/** What a run finds: one object, and what was made of it so far. */
export class ExactWorld {
  readonly broker = new FakeBroker();
  readonly table = new FakeTable();
  readonly time = fakeTime();
  readonly kind: LedgerKind;
  #content: Buffer;
  #etag = INFO.etag;
  /** What each batch's tokens cost, in milliseconds. */
  throttle = 0;

  constructor(kind: LedgerKind, content: string | Uint8Array) {
    this.kind = kind;
    this.#content = Buffer.from(content);
  }

  /** Another instance of the function: it knows only what the broker and the table hold. */
  ledger(): Ledger {
    const ports = { ...this.time, scope: SCOPE, channels: this.broker.channel };
    return this.kind === 'dynamodb'
      ? createDynamoLedger({ ...ports, store: this.table, rememberMs: DAY })
      : createGroupLedger({ ...ports, directory: this.broker, dedupeMs: DAY });
  }

  ports(extra: Partial<ExactPorts> = {}): ExactPorts {
    const { clock, pause } = this.time;
    return {
      store: storeOf(this.#content, {
        ...INFO,
        etag: this.#etag,
        size: this.#content.length,
        lastModified: new Date(this.time.now),
      }),
      limiter: {
        take: async () => {
          this.time.now += this.throttle;
          return this.throttle;
        },
        maxRecords: Number.POSITIVE_INFINITY,
        fillMs: 0,
        maxBytes: Number.POSITIVE_INFINITY,
        close: async () => undefined,
      },
      clock,
      pause,
      ledger: this.ledger(),
      letters: (sender) => ({
        put: async (failures) => {
          await sender.sendTo(
            'dead',
            failures.map(({ raw }) => ({ value: raw })),
          );
        },
      }),
      ...extra,
    };
  }

  async stopped(): Promise<readonly StoppedObject[]> {
    const found: StoppedObject[] = [];
    for await (const each of this.ledger().stopped()) found.push(each);
    return found;
  }

  /** Another object under the same key, or the one that it was before. */
  writeOver(content: string, etag: string): void {
    this.#content = Buffer.from(content);
    this.#etag = etag;
  }

  /** Runs until nobody hands the object on any more: what the function does by invoking itself. */
  async chain(plan: ExportPlan, seconds: number, extra: Partial<ExactPorts> = {}): Promise<RunRecord[]> {
    const records: RunRecord[] = [];
    let next: Continuation | undefined;
    do {
      const continuation = next;
      next = undefined;
      const relay: Relay = {
        handOn: async (_ref, handed, afterSeconds = 0) => {
          this.time.now += afterSeconds * 1000;
          next = handed;
        },
      };
      const request = { seconds, run: `r${records.length}`, ...(continuation && { continuation }) };
      records.push(await this.run(plan, request, this.ports({ relay, ...extra })));
    } while (next !== undefined && records.length < 100);
    return records;
  }

  /** A run of a new instance, which takes itself to have `seconds`. */
  run(
    plan: ExportPlan,
    { seconds = 900, ...request }: Partial<ExportRequest> & { readonly seconds?: number } = {},
    ports = this.ports(),
  ): Promise<RunRecord> {
    const ref = { bucket: INFO.bucket, key: INFO.key };
    const deadline = this.time.now + seconds * 1000;
    return exportObject(plan, ports, { ref, trigger: 's3', run: 'r1', deadline, ...request });
  }
}

/** A rule over a CSV object with a header, whose batches have so many rows. */
export function csvPlan(select: string, maxRows: number, extra: Partial<ExportPlan> = {}): ExportPlan {
  return {
    rule: SCOPE.rule,
    stage: SCOPE.stage,
    topic: 'errors',
    hash: 'h1',
    compression: 'none',
    onError: 'retain',
    select: prepare(select, {
      input: { kind: 'csv', csv: { header: 'use' } },
      output: { kind: 'csv' },
      maxRows,
    }),
    ...extra,
  };
}
