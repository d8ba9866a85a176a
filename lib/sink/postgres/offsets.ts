import { SluiceError } from '../../failure/index.ts';
import type { TopicPartition } from '../../message/contract.ts';
import type { Stop } from '../contract.ts';
import type { Session } from './connection.ts';
import { sqlStateOf } from './failure.ts';
import { firstOffsetSql, type OffsetsRow, readOffsetSql, type Settled } from './statement/offsets.ts';
import { statement } from './statement/parameters.ts';

/** What the table of offsets says of a partition. */
export interface Standing {
  readonly settled: Settled;
  readonly stop: Stop | undefined;
}

interface StandingRow extends StopRow {
  readonly next: string;
  readonly latest: string | null;
  readonly lastOrder: string | null;
  readonly truncated: string | null;
}

/** A stop as the table holds it; bigints come as text. */
export interface StopRow {
  readonly offset: string | null;
  readonly since: string | null;
  readonly code: string | null;
  readonly reason: string | null;
  readonly fix: string | null;
}

const UNIQUE_VIOLATION = '23505';

/** Undefined: nothing of this partition was settled yet. */
export async function readStanding(session: Session, row: OffsetsRow): Promise<Standing | undefined> {
  const { rows } = await session.query<StandingRow & Record<string, unknown>>(
    statement((parameters) => readOffsetSql(row, parameters)),
  );
  const found = rows[0];
  if (found === undefined) return undefined;
  return {
    settled: {
      next: Number(found.next),
      latest: found.latest === null ? undefined : Number(found.latest),
      lastOrder: found.lastOrder ?? undefined,
      truncated: found.truncated ?? undefined,
    },
    stop: stopOf(row, found),
  };
}

/** The same; a partition that is met for the first time gets its row. */
export async function openStanding(session: Session, row: OffsetsRow): Promise<Standing> {
  const known = await readStanding(session, row);
  if (known !== undefined) return known;
  await session.query(statement((parameters) => firstOffsetSql(row, parameters))).catch((error: unknown) => {
    // Another instance was quicker.
    if (sqlStateOf(error) !== UNIQUE_VIOLATION) throw error;
  });
  const made = await readStanding(session, row);
  if (made !== undefined) return made;
  throw new SluiceError('OffsetsLost', 'the row of this partition in sluice_offsets is gone again', {
    stage: 'sink',
    retryable: true,
    fix: 'Something else deletes from sluice_offsets: let it leave the rows of rules that run.',
  });
}

export function stopOf({ topic, partition }: TopicPartition, row: StopRow): Stop | undefined {
  const { offset, since, code, reason, fix } = row;
  if (offset === null) return undefined;
  return {
    topic,
    partition,
    offset: Number(offset),
    since: Number(since ?? 0),
    code: code ?? 'Stopped',
    reason: reason ?? '',
    ...(fix !== null && { fix }),
  };
}
