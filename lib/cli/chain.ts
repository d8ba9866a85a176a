import type { RunRecord } from '../telemetry/run-record.ts';
import type { LoggedRun } from './aws/ports.ts';

/** A run as it is shown: all the invocations that one object took. */
export interface ShownRun extends LoggedRun {
  readonly run: RunRecord & { readonly parts?: number };
}

/**
 * The invocations of one object as one run, in the place of its last one: their times and what they read are added up, and
 * the rest, which each of them goes on counting, is the last one's.
 */
export function chained(runs: readonly LoggedRun[]): ShownRun[] {
  const chains = new Map<string, LoggedRun[]>();
  for (const logged of runs) {
    const { chain, run, bucket, key } = logged.run;
    const name = JSON.stringify([chain ?? run, bucket, key]);
    chains.set(name, [...(chains.get(name) ?? []), logged]);
  }
  const shown = [...chains.values()].flatMap((parts) =>
    parts.some(({ run }) => run.chain !== undefined) ? [merged(parts)] : parts,
  );
  return shown.sort((a, b) => a.at - b.at);
}

function merged(parts: readonly LoggedRun[]): ShownRun {
  const runs = parts.map(({ run }) => run);
  // What was told of late, or told twice by an attempt that failed, is not the end.
  const last = parts.reduce((a, b) => (partOf(b.run) >= partOf(a.run) ? b : a));
  const sum = (field: 'durationMs' | 'throttledMs' | 'bytesIn') => runs.reduce((so, run) => so + run[field], 0);
  const startedAt = runs.map((run) => run.startedAt).sort()[0] ?? last.run.startedAt;
  return {
    at: last.at,
    run: {
      ...last.run,
      run: last.run.chain ?? last.run.run,
      startedAt,
      durationMs: sum('durationMs'),
      throttledMs: sum('throttledMs'),
      bytesIn: sum('bytesIn'),
      incidents: runs.flatMap(({ incidents }) => incidents),
      parts: runs.length,
    },
  };
}

function partOf({ part = 0 }: RunRecord): number {
  return part;
}
