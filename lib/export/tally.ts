import type { Counts, Position } from '../ledger/contract.ts';
import type { Incident, RunError, RunRecord, RunResult } from '../telemetry/run-record.ts';

/** What a ledger keeps, so that a continuation counts on. */
const KEPT = ['scanned', 'matched', 'sent', 'failed', 'discarded', 'deadLettered', 'bytesOut'] as const;
type Count = (typeof KEPT)[number];
type Size = 'bytesStored' | 'bytesIn';

/** What a run has done so far. Only the run itself writes here; `record` makes the run record of it. */
export class Tally implements Record<Count | Size, number> {
  scanned = 0;
  matched = 0;
  sent = 0;
  failed = 0;
  discarded = 0;
  deadLettered = 0;
  bytesStored = 0;
  bytesIn = 0;
  bytesOut = 0;
  throttledMs = 0;
  passedRecords = 0;
  passedBytes = 0;
  position = 0;
  /** Whether going on in the middle means to read what is before it again: the object is compressed. */
  rereads = false;
  version: string | undefined;
  readonly incidents: Incident[] = [];
  readonly #clock: () => number;
  /** Where this run took the object up. */
  #begun: number | undefined;
  readonly #startedAt: number;

  constructor(clock: () => number) {
    this.#clock = clock;
    this.#startedAt = clock();
  }

  /** The counts as they are when these are added. */
  counts(more: Readonly<Partial<Record<Count, number>>> = {}): Counts {
    return Object.fromEntries(KEPT.map((name) => [name, this[name] + (more[name] ?? 0)]));
  }

  /** Counts on from there, whatever was counted before. */
  goOnFrom({ byte, counts }: Position): void {
    for (const name of KEPT) this[name] = counts[name] ?? 0;
    this.position = byte;
    this.#begun ??= byte;
  }

  /** How much of the object this run got through, in bytes of it (or rows; see RowBatch). */
  get progress(): number {
    return this.position - (this.#begun ?? 0);
  }

  /** The rate let so much through, after so many milliseconds. */
  passed(records: number, bytes: number, waitedMs: number): void {
    this.passedRecords += records;
    this.passedBytes += bytes;
    this.throttledMs += waitedMs;
  }

  incident(error: Pick<RunError, 'code' | 'reason'>): void {
    this.incidents.push({ afterMs: this.#clock() - this.#startedAt, code: error.code, reason: error.reason });
  }

  record(
    names: Pick<RunRecord, 'run' | 'chain' | 'part' | 'rule' | 'stage' | 'trigger' | 'bucket' | 'key' | 'topic'>,
    result: RunResult,
    error?: RunError,
  ): RunRecord {
    return {
      ...names,
      ...(this.version === undefined ? {} : { version: this.version }),
      startedAt: new Date(this.#startedAt).toISOString(),
      durationMs: this.#clock() - this.#startedAt,
      throttledMs: Math.round(this.throttledMs),
      result,
      scanned: this.scanned,
      matched: this.matched,
      sent: this.sent,
      failed: this.failed,
      discarded: this.discarded,
      deadLettered: this.deadLettered,
      bytesStored: this.bytesStored,
      bytesIn: this.bytesIn,
      bytesOut: this.bytesOut,
      position: this.position,
      incidents: this.incidents,
      ...(error === undefined ? {} : { error }),
    };
  }
}
