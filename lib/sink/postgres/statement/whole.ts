import type { Removal } from '../fold.ts';
import { claimSql, type OffsetsRow, type Settled } from './offsets.ts';
import { type Statement, statement } from './parameters.ts';
import { removeSql } from './remove.ts';
import type { StatementTarget } from './target.ts';
import { type EncodedGroup, upsertSql } from './upsert.ts';

export interface WholeBatch {
  readonly row: OffsetsRow;
  readonly from: Settled;
  readonly to: Settled;
  readonly removals: readonly Removal[];
  readonly groups: readonly EncodedGroup[];
  readonly orders: ((removal: Removal) => string | null) | undefined;
}

/** What the one statement gives back; counts come as text. */
export interface WholeAnswer {
  readonly claimed: string;
  readonly deleted: string;
  readonly written: string;
}

const CLAIMED = 'EXISTS (SELECT 1 FROM claimed)';

/**
 * A batch in one statement, and so in one round trip: the claim, then deletes, then rows. Nothing happens where the claim
 * fails. Each part reads the one before, because PostgreSQL runs them in no certain order otherwise, and a unique value
 * that a deleted row gives up must be free when another takes it.
 */
export function wholeSql(target: StatementTarget, batch: WholeBatch): Statement {
  return statement((parameters) => {
    const parts = [`claimed AS (${claimSql(batch.row, batch.from, batch.to, parameters)})`];
    const deletes = batch.removals.length > 0;
    if (deletes) {
      const sql = removeSql(target, batch.removals, parameters, batch.orders, CLAIMED);
      parts.push(`deleted AS (${sql} RETURNING 1)`);
    }
    const condition = deletes ? `${CLAIMED} AND (SELECT count(*) FROM deleted) >= 0` : CLAIMED;
    batch.groups.forEach((group, i) => {
      parts.push(`written${i} AS (${upsertSql(target, group, parameters, condition)} RETURNING 1)`);
    });
    const written = batch.groups.map((_, i) => `(SELECT count(*) FROM written${i})`);
    return `WITH ${parts.join(',\n')}
SELECT (SELECT count(*) FROM claimed) AS claimed, ${deletes ? '(SELECT count(*) FROM deleted)' : '0'} AS deleted,
  ${written.length === 0 ? '0' : written.join(' + ')} AS written`;
  });
}
