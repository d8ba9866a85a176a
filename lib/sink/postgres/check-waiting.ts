import { type Finding, ok, warning } from '../../export/check/probe.ts';
import type { Session } from './connection.ts';
import { qualified, quoteText } from './identifier.ts';
import type { Names } from './opened.ts';

/** Partitions are seldom apart by more, in milliseconds: until then that a change waits says nothing. */
const LONG_MS = 600_000;

interface Waiting {
  readonly count: string;
  /** Milliseconds. */
  readonly longest: string | null;
}

/** Changes of a mirror that wait for others, how many and for how long. */
export async function judgeWaiting(session: Session, { deferred, sink }: Names): Promise<Finding> {
  const there = await session.query({
    text: 'SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2',
    values: [deferred.schema, deferred.table],
  });
  if (there.rows.length === 0) return ok('no change waits');
  const { rows } = await session.query<Waiting & Record<string, unknown>>({
    text: `SELECT count(*) AS count, extract(epoch FROM now() - min(deferred_at)) * 1000 AS longest
FROM ${qualified(deferred)} WHERE sink = $1`,
    values: [sink],
  });
  const count = Number(rows[0]?.count ?? 0);
  const longest = Number(rows[0]?.longest ?? 0);
  if (count === 0) return ok('no change waits');
  const what = `${count} ${count === 1 ? 'change waits' : 'changes wait'} for others of other partitions`;
  if (longest < LONG_MS) return ok(`${what}, which is usual while they are read`);
  const scope = `sink = ${quoteText(sink)}`;
  return warning(
    `${what}, the longest for ${Math.round(longest / 60_000)} minutes: their rows are missing in the mirror, or as they were before`,
    `While \`sluice list\` shows a lag they may go on by themselves. Else what they wait for was lost, or a row here holds a unique value that its source has given up: let the connector take a snapshot of the table (an incremental one will do), and delete rows that the source has no more. What is not to be written: DELETE FROM ${qualified(deferred)} WHERE ${scope} AND "key" = …;`,
  );
}
