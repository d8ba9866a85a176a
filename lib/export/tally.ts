import type { Incident, RunError, RunRecord, RunResult } from '../telemetry/run-record.ts';

type Count = 'scanned' | 'matched' | 'sent' | 'failed' | 'discarded' | 'deadLettered';
type Size = 'bytesStored' | 'bytesIn' | 'bytesOut';

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
  position = 0;
  version: string | undefined;
  readonly incidents: Incident[] = [];
  readonly #clock: () => number;
  readonly #startedAt: number;

  constructor(clock: () => number) {
    this.#clock = clock;
    this.#startedAt = clock();
  }

  incident(error: RunError): void {
    this.incidents.push({ afterMs: this.#clock() - this.#startedAt, code: error.code, reason: error.reason });
  }

  record(
    names: Pick<RunRecord, 'run' | 'rule' | 'stage' | 'trigger' | 'bucket' | 'key' | 'topic'>,
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
