import type { TopicPartition } from '../../../message/contract.ts';
import { qualified, quoteText, type TableName } from '../identifier.ts';
import type { Parameters } from './parameters.ts';

/** Which row of the table of offsets: one for each rule on its stage, topic and partition. */
export interface OffsetsRow extends TopicPartition {
  readonly offsets: TableName;
  /** `<stage>.<rule>` */
  readonly sink: string;
  /** A claim fails while rows of this sink and topic stand in it: they must be seen to first. */
  readonly deferred?: TableName;
}

export function createOffsetsSql(offsets: TableName): string {
  return `CREATE TABLE IF NOT EXISTS ${qualified(offsets)} (
  sink text NOT NULL,
  topic text NOT NULL,
  "partition" integer NOT NULL,
  next_offset bigint NOT NULL,
  latest bigint,
  last_order text,
  truncated text,
  stop_offset bigint,
  stop_since bigint,
  stop_code text,
  stop_reason text,
  stop_fix text,
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (sink, topic, "partition")
)`;
}

/** Makes the row of a partition that is met for the first time. It may meet another's: then it changes nothing, or is a unique violation. */
export function firstOffsetSql(row: OffsetsRow, parameters: Parameters): string {
  const { offsets, sink, topic, partition } = row;
  const [s, t] = [parameters.add(sink), parameters.add(topic)];
  const p = parameters.add(partition);
  return `INSERT INTO ${qualified(offsets)} (sink, topic, "partition", next_offset, truncated)
SELECT ${s}::text, ${t}::text, ${p}::int, 0,
  (SELECT max(truncated) FROM ${qualified(offsets)} WHERE sink = ${s} AND topic = ${t})
WHERE NOT EXISTS (SELECT 1 FROM ${qualified(offsets)} WHERE sink = ${s} AND topic = ${t} AND "partition" = ${p})`;
}

export function readOffsetSql(row: OffsetsRow, parameters: Parameters): string {
  return `SELECT next_offset AS next, latest, last_order AS "lastOrder", truncated,
  stop_offset AS "offset", stop_since AS since, stop_code AS code, stop_reason AS reason, stop_fix AS fix
FROM ${qualified(row.offsets)} WHERE ${isRow(row, parameters)}`;
}

/** How far a partition is done, and what is known of it beside that. */
export interface Settled {
  /** Everything before this offset is settled. */
  readonly next: number;
  /** The greatest timestamp of a settled message, in milliseconds since 1970. */
  readonly latest: number | undefined;
  /** The greatest position in its source of a settled change, as JSON text. */
  readonly lastOrder: string | undefined;
  /** The position at which the source table was last truncated, as JSON text. */
  readonly truncated: string | undefined;
}

/**
 * Moves the partition on, if it stands where this instance believes it to stand and nobody stopped it: of two deliveries
 * of the same messages one moves it, and the other finds that it has moved.
 */
export function claimSql(row: OffsetsRow, from: Settled, to: Settled, parameters: Parameters): string {
  const truncated = parameters.add(from.truncated ?? null);
  return `UPDATE ${qualified(row.offsets)} SET next_offset = ${parameters.add(to.next)}::bigint,
  latest = ${parameters.add(to.latest ?? null)}::bigint, last_order = ${parameters.add(to.lastOrder ?? null)}::text, updated_at = now()
WHERE ${isRow(row, parameters)} AND next_offset = ${parameters.add(from.next)}::bigint
  AND truncated IS NOT DISTINCT FROM ${truncated}::text AND stop_offset IS NULL${unlessDeferred(row)}
RETURNING 1`;
}

/** The same, as text that needs no parameters: it goes with BEGIN in one message. */
export function claimText(row: OffsetsRow, from: Settled, to: Settled): string {
  const { offsets, sink, topic, partition } = row;
  const quoted = (text: string | undefined) => (text === undefined ? 'NULL' : quoteText(text));
  return `UPDATE ${qualified(offsets)} SET next_offset = ${to.next}, latest = ${to.latest ?? 'NULL'},
  last_order = ${quoted(to.lastOrder)}, updated_at = now()
WHERE sink = ${quoteText(sink)} AND topic = ${quoteText(topic)} AND "partition" = ${partition}
  AND next_offset = ${from.next} AND truncated IS NOT DISTINCT FROM ${quoted(from.truncated)} AND stop_offset IS NULL${unlessDeferred(row)}`;
}

/**
 * The same as a statement that fails where nothing is claimed, so that what follows it in one message is not done either.
 * The server's log gets to see the error.
 */
export function claimOrFailText(row: OffsetsRow, from: Settled, to: Settled): string {
  return `WITH claimed AS (${claimText(row, from, to)} RETURNING 1)
SELECT CASE WHEN count(*) = 0 THEN ('sluice: another delivery was quicker, which is harmless; rows: ' || count(*))::int END FROM claimed`;
}

/** What it fails with. */
export const NOT_CLAIMED = '22P02';

/** Waits for batches of the topic that are under way, and lets none begin, as text that goes with BEGIN in one message. */
export function lockTopicText({ offsets, sink, topic }: OffsetsRow): string {
  return `SELECT 1 FROM ${qualified(offsets)} WHERE sink = ${quoteText(sink)} AND topic = ${quoteText(topic)}
ORDER BY "partition" FOR UPDATE`;
}

function unlessDeferred({ deferred, sink, topic }: OffsetsRow): string {
  if (deferred === undefined) return '';
  const same = `sink = ${quoteText(sink)} AND topic = ${quoteText(topic)}`;
  return ` AND NOT EXISTS (SELECT 1 FROM ${qualified(deferred)} WHERE ${same})`;
}

/** What a truncate of the source leaves for the other partitions of its topic, which may bring older changes later. */
export function truncatedSql(row: OffsetsRow, order: string, parameters: Parameters): string {
  const { offsets, sink, topic } = row;
  return `UPDATE ${qualified(offsets)} SET truncated = ${parameters.add(order)}
WHERE sink = ${parameters.add(sink)} AND topic = ${parameters.add(topic)}`;
}

export function isRow({ sink, topic, partition }: OffsetsRow, parameters: Parameters): string {
  return `sink = ${parameters.add(sink)} AND topic = ${parameters.add(topic)} AND "partition" = ${parameters.add(partition)}::int`;
}
