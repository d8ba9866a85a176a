import { createHash } from 'node:crypto';
import type { Provenance } from '../kafka/contract.ts';
import type { Scope } from './contract.ts';

/** How every transactional id, group and item key of a rule begins: one prefixed ACL covers them. No part holds a dot. */
export function prefixOf({ stage, rule }: Scope): string {
  return `sluice.${stage}.${rule}.`;
}

/** One version of one object, as an id: the item's key, and with `ledger: kafka` the transactional id and group. */
export function objectId(scope: Scope, { bucket, key, version }: Provenance): string {
  // As JSON, so that no two triples are the same text; 128 bits, so that no two hashes are.
  const hash = createHash('sha256')
    .update(JSON.stringify([bucket, key, version]))
    .digest('hex')
    .slice(0, 32);
  return prefixOf(scope) + hash;
}

export function laneId(scope: Scope, random: string): string {
  return `${prefixOf(scope)}lane.${random}`;
}
