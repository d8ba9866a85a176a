import type { MessageBatch } from '../message/contract.ts';
import type { Incident, RunError } from '../telemetry/run-record.ts';
import type { PartitionSpan, SinkResult, SinkRunRecord } from '../telemetry/sink-run-record.ts';
import type { Applied, Remark } from './contract.ts';

/** The same remark comes with every batch until somebody acts on it: so many of one run are told. */
const REMARKS = 20;

/** What a run has done so far. Only its deliveries write here; `record` makes the run record of it. */
export class SinkTally {
  read = 0;
  filtered = 0;
  ignored = 0;
  written = 0;
  deleted = 0;
  repeated = 0;
  failed = 0;
  discarded = 0;
  deadLettered = 0;
  lag: number | undefined;
  readonly #partitions: PartitionSpan[] = [];
  readonly #incidents: Incident[] = [];
  readonly #remarked = new Set<string>();
  readonly #clock: () => number;
  readonly #startedAt: number;

  constructor(clock: () => number) {
    this.#clock = clock;
    this.#startedAt = clock();
  }

  begin({ topic, partition, messages }: MessageBatch): void {
    const [first, last] = [messages[0], messages.at(-1)];
    if (first === undefined || last === undefined) return;
    this.#partitions.push({ topic, partition, first: first.offset, last: last.offset });
  }

  applied({ written, deleted, repeated, discarded = 0, remarks = [] }: Applied): void {
    this.written += written;
    this.deleted += deleted;
    this.repeated += repeated;
    this.failed += discarded;
    this.discarded += discarded;
    for (const each of remarks) this.remark(each);
  }

  remark(remark: Remark): void {
    const told = `${remark.code} ${remark.reason}`;
    if (this.#remarked.has(told) || this.#remarked.size === REMARKS) return;
    this.#remarked.add(told);
    this.incident(remark);
  }

  incident({ code, reason }: Pick<RunError, 'code' | 'reason'>): void {
    this.#incidents.push({ afterMs: this.#clock() - this.#startedAt, code, reason });
  }

  record(
    names: Pick<SinkRunRecord, 'run' | 'rule' | 'stage' | 'trigger'>,
    result: SinkResult,
    error?: RunError,
  ): SinkRunRecord {
    return {
      kind: 'sink',
      ...names,
      partitions: this.#partitions,
      startedAt: new Date(this.#startedAt).toISOString(),
      durationMs: this.#clock() - this.#startedAt,
      result,
      read: this.read,
      filtered: this.filtered,
      ignored: this.ignored,
      written: this.written,
      deleted: this.deleted,
      repeated: this.repeated,
      failed: this.failed,
      discarded: this.discarded,
      deadLettered: this.deadLettered,
      ...(this.lag === undefined ? {} : { lag: this.lag }),
      incidents: this.#incidents,
      ...(error === undefined ? {} : { error }),
    };
  }
}
