import { SluiceError } from '../../failure/index.ts';
import type { Change, TopicPartition } from '../../message/contract.ts';
import type { PostgresSinkRule } from '../../rule/schema.ts';
import type { Applied, Slice, Stop, StopStore } from '../contract.ts';
import type { PostgresConnection, Session } from './connection.ts';
import { isOlder } from './fold.ts';
import { qualified } from './identifier.ts';
import { openStanding, readStanding, type Standing } from './offsets.ts';
import { type Names, openBookkeeping, openWriter, type Writer } from './opened.ts';
import { orderOf, orderText } from './order.ts';
import { readTable, readVersion } from './schema.ts';
import type { OffsetsRow, Settled } from './statement/offsets.ts';
import { statement } from './statement/parameters.ts';
import { forgetSql } from './statement/stops.ts';
import { stopStore } from './stops.ts';

/** How often a delivery looks again where others move the same partition: each of them brings it on. */
const ATTEMPTS = 5;

export interface PostgresTargetOptions {
  readonly rule: PostgresSinkRule;
  readonly names: Names;
  readonly connection: PostgresConnection;
}

/** A table of PostgreSQL, its offsets beside it. */
export class PostgresTarget {
  readonly stops: StopStore;
  readonly #options: PostgresTargetOptions;
  /** As this instance left them; the claim finds out where others have moved on. */
  readonly #standings = new Map<string, Standing>();
  #writer: Writer | undefined;

  constructor(options: PostgresTargetOptions) {
    this.#options = options;
    const { connection } = options;
    this.stops = stopStore(
      (partition) => this.#rowOf(partition),
      async (work) => {
        this.#standings.clear();
        return connection.run(async (session) => {
          await this.#open(session);
          return work(session);
        });
      },
    );
  }

  async apply(slice: Slice): Promise<Applied> {
    try {
      return await this.#options.connection.run(async (session) => {
        const writer = await this.#open(session);
        return this.#apply(session, writer, slice);
      });
    } catch (error) {
      // Whatever was believed may be why it failed.
      this.#standings.clear();
      this.#writer = undefined;
      throw error;
    }
  }

  position(partition: TopicPartition): Promise<number | undefined> {
    return this.#options.connection.run(async (session) => {
      await this.#open(session);
      return (await readStanding(session, this.#rowOf(partition)))?.settled.next;
    });
  }

  forget(topic: string): Promise<number> {
    const { connection, names } = this.#options;
    this.#standings.clear();
    return connection.run(async (session) => {
      await this.#open(session);
      const forgotten = await session.query(statement((parameters) => forgetSql(names, topic, parameters)));
      return forgotten.rowCount ?? 0;
    });
  }

  close(): Promise<void> {
    return this.#options.connection.close();
  }

  async #apply(session: Session, writer: Writer, slice: Slice): Promise<Applied> {
    const row = this.#rowOf(slice);
    const id = `${slice.partition} ${slice.topic}`;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const standing = this.#standings.get(id) ?? (await openStanding(session, row));
      this.#standings.delete(id);
      if (standing.stop !== undefined) throw stopped(standing.stop);
      const { settled } = standing;
      const first = firstFrom(slice.changes, settled.next);
      notRecreated(slice, settled, first);
      if (slice.to <= settled.next) {
        this.#standings.set(id, standing);
        return { written: 0, deleted: 0, repeated: slice.changes.length };
      }
      const changes = first === 0 ? slice.changes : slice.changes.slice(first);
      const to = after(settled, slice, changes);
      const outcome = await writer.write({ session, row, from: settled, to }, changes, first);
      if (outcome === undefined) continue;
      this.#standings.set(id, { settled: outcome.to, stop: undefined });
      const { written, deleted, repeated = 0 } = outcome;
      return { written, deleted, repeated: first + repeated };
    }
    throw new SluiceError('Contended', 'other deliveries of this partition were quicker, again and again', {
      stage: 'sink',
      retryable: true,
      fix: 'Look whether two deployments, or a deployment and `sluice run`, run the same rule on the same stage.',
    });
  }

  async #open(session: Session): Promise<Writer> {
    if (this.#writer !== undefined) return this.#writer;
    const { rule, names, connection } = this.#options;
    const version = await readVersion(session);
    await openBookkeeping(session, rule, names);
    const table = await readTable(session, names.table, version);
    if (table === undefined) throw missingTable(names);
    this.#writer = openWriter(rule, names, table, version, connection.place);
    return this.#writer;
  }

  #rowOf({ topic, partition }: TopicPartition): OffsetsRow {
    const { sink, offsets } = this.#options.names;
    return { sink, offsets, topic, partition };
  }
}

/** How many changes lie before the offset. */
function firstFrom(changes: readonly Change[], offset: number): number {
  let first = 0;
  while (first < changes.length && changes[first]!.message.offset < offset) first++;
  return first;
}

function after(settled: Settled, slice: Slice, changes: readonly Change[]): Settled {
  let last = orderOf(settled.lastOrder);
  for (const { order } of changes)
    if (order !== undefined && (last === undefined || isOlder(last, order))) last = order;
  const latest = slice.latest === undefined ? settled.latest : Math.max(settled.latest ?? 0, slice.latest);
  return { ...settled, next: slice.to, latest, lastOrder: last === undefined ? undefined : orderText(last) };
}

/** What was settled and comes again is as old as it was: something later at such an offset is another topic's. */
function notRecreated({ changes, topic, partition }: Slice, { latest, next }: Settled, behind: number): void {
  if (latest === undefined) return;
  const other = changes.slice(0, behind).find(({ message }) => message.timestamp > latest);
  if (other === undefined) return;
  const { offset } = other.message;
  throw new SluiceError(
    'TopicRecreated',
    `partition ${partition} of ${topic} was settled up to offset ${next}, and the message at ${offset} is later than all of that: the topic was deleted and made anew`,
    {
      stage: 'sink',
      context: { topic, partition, messageOffset: String(offset) },
      fix: 'Forget what was settled: sluice resume RULE --recreated; its messages are then written from the first one on.',
    },
  );
}

function stopped({ code, reason, fix, offset, topic, partition }: Stop): SluiceError {
  return new SluiceError(
    'PartitionStopped',
    `partition ${partition} of ${topic} stands at ${offset}: ${code}: ${reason}`,
    {
      stage: 'sink',
      context: { topic, partition, messageOffset: String(offset) },
      fix: fix ?? 'Mend the cause, then run sluice resume.',
    },
  );
}

function missingTable({ table }: Names): SluiceError {
  return new SluiceError('MissingTable', `there is no table ${qualified(table)}, or the user may not see it`, {
    stage: 'sink',
    fix: 'Create it, or let the rule do so: `createTable`.',
  });
}
