import { isInteger } from '../../select/values/number.ts';
import type { Value } from '../../select/values/value.ts';
import type { ChangeOrder } from '../contract.ts';

/**
 * Where a change stands among those of its source. Of PostgreSQL: the commit before its transaction and its own place in
 * the log, since places alone run back and forth while transactions interleave. Of MySQL: file, place and row of the
 * binary log, or the number of its GTID where that is all there is. Undefined: the event does not tell.
 * @param tell a member of `source`, or what a flattened event has of it
 */
export function orderOf(tell: (name: string) => Value | undefined): ChangeOrder | undefined {
  return sequence(tell('sequence')) ?? whole([tell('lsn')]) ?? binaryLog(tell) ?? gtid(tell('gtid'));
}

/**
 * `["77423048","77423104"]`: the last commit and the place. A snapshot has no commit, and what a connector sends first
 * behind it has none either: everything that was committed before the place came before it, so that a snapshot which is
 * taken again is newer than the changes that it holds already.
 */
function sequence(value: Value | undefined): ChangeOrder | undefined {
  const match = typeof value === 'string' ? /^\[(?:null|"(\d+)"),"(\d+)"\]$/.exec(value) : null;
  const place = match?.[2];
  return place === undefined ? undefined : [BigInt(match?.[1] ?? place), BigInt(place)];
}

function binaryLog(tell: (name: string) => Value | undefined): ChangeOrder | undefined {
  const file = tell('file');
  const number = typeof file === 'string' ? /\.(\d+)$/.exec(file)?.[1] : undefined;
  return number === undefined ? undefined : whole([BigInt(number), tell('pos') ?? 0, tell('row') ?? 0]);
}

/** MySQL's `uuid:23`, MariaDB's `0-1-23`. */
function gtid(value: Value | undefined): ChangeOrder | undefined {
  const number = typeof value === 'string' ? /[:-](\d+)$/.exec(value)?.[1] : undefined;
  return number === undefined ? undefined : [BigInt(number)];
}

function whole(values: readonly (Value | undefined)[]): ChangeOrder | undefined {
  const order: bigint[] = [];
  for (const value of values) {
    if (value === undefined || !isInteger(value)) return undefined;
    order.push(BigInt(value));
  }
  return order;
}
