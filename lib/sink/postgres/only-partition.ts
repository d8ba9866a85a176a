import type { Session } from './connection.ts';
import { qualified } from './identifier.ts';
import type { OffsetsRow } from './statement/offsets.ts';

/** Whether no other partition could bring what a change needs, as far as this sink has met others of the topic. */
export async function isOnlyPartition(session: Session, row: OffsetsRow): Promise<boolean> {
  const { rows } = await session.query({
    text: `SELECT 1 FROM ${qualified(row.offsets)} WHERE sink = $1 AND topic = $2 AND "partition" <> $3 LIMIT 1`,
    values: [row.sink, row.topic, row.partition],
  });
  return rows.length === 0;
}
