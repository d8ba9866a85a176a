import { createHash } from 'node:crypto';
import type { Change, Message } from '../../message/contract.ts';
import type { Session } from './connection.ts';
import { qualified, type TableName } from './identifier.ts';
import type { OffsetsRow } from './statement/offsets.ts';
import { textArray } from './statement/parameters.ts';

/** Where an exported record comes from, as its headers say: one object, and the byte in it. */
interface Mark {
  /** A hash of bucket, key and version. */
  readonly source: string;
  readonly byte: number;
}

export function createProvenanceSql(table: TableName): string {
  return `CREATE TABLE IF NOT EXISTS ${qualified(table)} (
  sink text NOT NULL,
  topic text NOT NULL,
  "partition" integer NOT NULL,
  source text NOT NULL,
  highest bigint NOT NULL,
  seen_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (sink, topic, "partition", source)
)`;
}

export const hasProvenance = ({ headers }: Message): boolean => headers.some(({ name }) => name === 'sluice-offset');

/**
 * Leaves out records that were sent again after an aborted transaction, where a poller hands over both: the records of
 * one object come to a partition in the order of their bytes, so one at or below the highest is a repetition.
 * Called inside the transaction that writes what is left.
 */
export async function withoutRepeated(
  session: Session,
  table: TableName,
  row: OffsetsRow,
  changes: readonly Change[],
): Promise<readonly Change[]> {
  const marks = marksOf(changes);
  const sources = [...new Set([...marks.values()].map(({ source }) => source))];
  if (sources.length === 0) return changes;
  const { rows } = await session.query<{ source: string; highest: string }>({
    text: `SELECT source, highest FROM ${qualified(table)}
WHERE sink = $1 AND topic = $2 AND "partition" = $3 AND source = ANY ($4::text[])`,
    values: [row.sink, row.topic, row.partition, textArray(sources.length, (i) => sources[i]!)],
  });
  const highest = new Map(rows.map((each) => [each.source, Number(each.highest)]));
  const repeated = new Set<Message>();
  for (const [message, { source, byte }] of marks) {
    const before = highest.get(source);
    if (before !== undefined && byte <= before) repeated.add(message);
    else highest.set(source, byte);
  }
  await remember(session, table, row, sources, highest);
  return repeated.size === 0 ? changes : changes.filter(({ message }) => !repeated.has(message));
}

async function remember(
  session: Session,
  table: TableName,
  { sink, topic, partition }: OffsetsRow,
  sources: readonly string[],
  highest: ReadonlyMap<string, number>,
): Promise<void> {
  const name = qualified(table);
  const given = [
    sink,
    topic,
    partition,
    textArray(sources.length, (i) => sources[i]!),
    textArray(sources.length, (i) => String(highest.get(sources[i]!)!)),
  ];
  // One claim holds the partition's row, so nobody else writes these: no conflict to meet, on old servers too.
  await session.query({
    text: `UPDATE ${name} AS t SET highest = u.b::bigint, seen_at = now() FROM unnest($4::text[], $5::text[]) AS u(a, b)
WHERE sink = $1 AND topic = $2 AND "partition" = $3::int AND source = u.a`,
    values: given,
  });
  await session.query({
    text: `INSERT INTO ${name} (sink, topic, "partition", source, highest)
SELECT $1::text, $2::text, $3::int, u.a, u.b::bigint FROM unnest($4::text[], $5::text[]) AS u(a, b)
WHERE NOT EXISTS (SELECT 1 FROM ${name} WHERE sink = $1 AND topic = $2 AND "partition" = $3::int AND source = u.a)`,
    values: given,
  });
}

/** Forgets objects of which nothing came for so long. */
export async function forgetProvenance(
  session: Session,
  table: TableName,
  sink: string,
  seconds: number,
): Promise<void> {
  await session.query({
    text: `DELETE FROM ${qualified(table)} WHERE sink = $1 AND seen_at < now() - $2::int * interval '1 second'`,
    values: [sink, seconds],
  });
}

/** One for each message that carries its provenance. */
function marksOf(changes: readonly Change[]): ReadonlyMap<Message, Mark> {
  const marks = new Map<Message, Mark>();
  const hashes = new Map<string, string>();
  for (const { message } of changes) {
    if (marks.has(message)) continue;
    const parts: Record<string, Uint8Array> = {};
    for (const { name, value } of message.headers) if (name.startsWith('sluice-')) parts[name] = value;
    const byte = Number(text(parts['sluice-offset']));
    if (parts['sluice-offset'] === undefined || !Number.isSafeInteger(byte)) continue;
    const object = JSON.stringify(['sluice-bucket', 'sluice-key', 'sluice-version'].map((name) => text(parts[name])));
    let source = hashes.get(object);
    if (source === undefined) {
      source = createHash('sha256').update(object).digest('hex');
      hashes.set(object, source);
    }
    marks.set(message, { source, byte });
  }
  return marks;
}

const text = (bytes: Uint8Array | undefined): string => (bytes === undefined ? '' : Buffer.from(bytes).toString());
