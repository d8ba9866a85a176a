import { isUtf8 } from 'node:buffer';
import { Struct } from '../../select/values/value.ts';

const BROKEN = /^[\x00-\x7f\uff80-\uffff]*[\uff80-\uffff][\x00-\x7f\uff80-\uffff]*$/;

/**
 * A column's name beyond ASCII as it is called: the PostgreSQL connector's stream widens each byte of its UTF-8 as a signed
 * one, and `Übung` comes as `\uffc3\uff9cbung`. Names that are no UTF-8 that way stay as they are.
 */
export function repairedName(name: string): string {
  if (!BROKEN.test(name)) return name;
  const bytes = Buffer.from(name, 'utf16le').filter((_, i) => i % 2 === 0);
  return isUtf8(bytes) ? bytes.toString() : name;
}

const repaired = new WeakMap<readonly string[], readonly string[]>();

/** A row with its names repaired: rows that share their names go on to share them. */
export function repairNames(row: Struct): Struct {
  const known = repaired.get(row.names);
  if (known === row.names) return row;
  if (known !== undefined) return new Struct(known, row.values);
  const names = row.names.map(repairedName);
  const same = names.every((name, i) => name === row.names[i]);
  repaired.set(row.names, same ? row.names : names);
  return repairNames(row);
}
