import type { SeenTimestamps } from './rows.ts';
import type { Ticks } from './ticks.ts';

const REMEMBERED = 100_000;

/**
 * The timestamps that rows took lately, for `sameTimestamp: fail`. The same row delivered again takes its own; what came
 * before these, or through another instance, is not known, and a statement would overwrite it.
 */
export function rememberTimestamps(most = REMEMBERED): SeenTimestamps {
  const positions = new Map<string, string>();
  return {
    claim(subTable: string, ticks: Ticks, position: string): boolean {
      const id = `${ticks} ${subTable}`;
      const holder = positions.get(id);
      if (holder !== undefined) return holder === position;
      positions.set(id, position);
      if (positions.size > most) for (const oldest of positions.keys()) return positions.delete(oldest);
      return true;
    },
  };
}
