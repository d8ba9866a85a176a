/**
 * When a run leaves because of the rate. Whoever waits for tokens inside of a function pays for the waiting; whoever
 * leaves comes back through a queue, and pays for beginning anew.
 *
 * Leaving must not cost any of the rate: alone, a run stays away only for as long as its bucket takes to fill, so that no
 * token runs over. Where others use up the rate that all share, nothing is lost by leaving them to it; then the times
 * differ, so that not all come back at once.
 */

/** What a run has seen of its rate. Times are milliseconds. */
export interface Pace {
  /** Since the run began, and how much of it went into waiting for the rate. */
  readonly elapsedMs: number;
  readonly throttledMs: number;
  /** Until it has to leave in any case. */
  readonly leftMs: number;
  /** What coming back would cost: to open everything, and to read a compressed object again. */
  readonly returnMs: number;
  /** How long the empty bucket takes to fill. */
  readonly fillMs: number;
  /** How much of the rate this run got: from 0, others have it, to 1. */
  readonly share: number;
  /** From 0 to 1, at random. */
  readonly chance: number;
}

/** SQS delays a message by 15 minutes at most. */
const LONGEST_S = 900;
/** Below it a chain would consist of hand-overs. */
const SHORTEST_S = 5;
/** How long others are left to it, at least. */
const CROWDED_S = 60;
/** Before that nothing is known of the pace. */
const OBSERVED_MS = 10_000;

/** After how many seconds the run is better continued; undefined: it had better stay. */
export function secondsAway(pace: Pace): number | undefined {
  const { elapsedMs, throttledMs, leftMs, returnMs } = pace;
  if (elapsedMs < OBSERVED_MS) return undefined;
  const away = restSeconds(pace);
  if (away === undefined) return undefined;
  const saved = Math.min(away * 1000, (leftMs * throttledMs) / elapsedMs);
  return saved > 2 * returnMs ? away : undefined;
}

/** The same for a run that leaves in any case: coming back costs it nothing more. */
export function restSeconds({ elapsedMs, throttledMs, fillMs, share, chance }: Pace): number | undefined {
  const worked = elapsedMs - throttledMs;
  if (throttledMs <= worked) return undefined;
  const crowded = share < 0.5;
  const seconds = crowded ? CROWDED_S + chance * (LONGEST_S - CROWDED_S) : fillMs / 1000;
  const away = Math.min(LONGEST_S, Math.floor(seconds));
  return away >= SHORTEST_S ? away : undefined;
}
