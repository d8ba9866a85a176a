import { Timestamp } from '../../select/values/timestamp.ts';
import { Untyped, type Value } from '../../select/values/value.ts';
import type { Notice, Row } from '../contract.ts';

/** From here on nothing is moved: the days that Java's calendar leaves out in October 1582 come as some of those behind them. */
const GREGORIAN = Timestamp.parse('1582-10-25')!;
const ISO = /^(-?\d{4})-\d\d-\d\d(?:[TZ]|$)/;

/**
 * What is to be said of a snapshot's row that has dates up to 1582: Java read them in the Julian calendar, some days
 * away, and no reader can tell which. Those of the stream are right.
 */
export function oldMoments({ names, values }: Row): Omit<Notice, 'message'> | undefined {
  const old = names.filter((_, i) => isOld(values[i]!));
  if (old.length === 0) return undefined;
  return {
    code: 'OldDateInSnapshot',
    text: `dates of 1582 and before in ${old.join(', ')} may be days away from the source's, and those before Christ may have lost that: the connector reads them wrongly in a snapshot`,
    fix: 'Update such rows at the source after the snapshot: changes carry the right dates.',
  };
}

function isOld(value: Value): boolean {
  if (value instanceof Timestamp) return value.year <= 1582 && value.compare(GREGORIAN) < 0;
  if (value instanceof Untyped) return value.text.endsWith(' BC');
  // Without schema it is still text.
  return typeof value === 'string' && Number(ISO.exec(value)?.[1] ?? 9999) <= 1582;
}
