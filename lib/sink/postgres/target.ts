import type { Probe } from '../../export/check/probe.ts';
import { SluiceError } from '../../failure/index.ts';
import type { Change, TopicPartition } from '../../message/contract.ts';
import type { PostgresSinkRule } from '../../rule/schema.ts';
import type { Applied, Remark, Slice, Stop, StopStore, Target } from '../contract.ts';
import { AbsentColumns } from './absent-columns.ts';
import { checkPostgres } from './check.ts';
import type { Table } from './column.ts';
import type { PostgresConnection, Session } from './connection.ts';
import type { NewColumn } from './evolve/ddl.ts';
import { mayBeRemedied, remedyOf, runDdl } from './evolve/evolve.ts';
import { postgresFailure } from './failure.ts';
import { isOlder } from './fold.ts';
import { Losses } from './losses.ts';
import { openStanding, readStanding, type Standing } from './offsets.ts';
import { type Names, type Opened, openBookkeeping, openTable, type Writer } from './opened.ts';
import { asSentFirst, orderOf, orderText } from './order.ts';
import { previewStatements } from './preview.ts';
import { UnknownFields } from './row.ts';
import { snapshotAgain, tellOfSnapshot } from './snapshot-again.ts';
import type { OffsetsRow, Settled } from './statement/offsets.ts';
import { statement } from './statement/parameters.ts';
import { forgetSql } from './statement/stops.ts';
import { stopStore } from './stops.ts';

/** How often a delivery looks again where others move the same partition: each of them brings it on. */
const ATTEMPTS = 5;

/** How often a batch may have the table changed: its columns may come one after another. */
const CHANGES = 4;

export interface PostgresTargetOptions {
  readonly rule: PostgresSinkRule;
  readonly names: Names;
  readonly connection: PostgresConnection;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** A table of PostgreSQL, its offsets beside it. */
export class PostgresTarget implements Target {
  readonly stops: StopStore;
  readonly #options: PostgresTargetOptions;
  /** As this instance left them; the claim finds out where others have moved on. */
  readonly #standings = new Map<string, Standing>();
  #opened: Opened | undefined;
  #prepared = false;
  readonly #absent: AbsentColumns;
  readonly #losses = new Losses();

  constructor(options: PostgresTargetOptions) {
    this.#options = options;
    const { connection, rule } = options;
    this.#absent = new AbsentColumns(rule);
    this.stops = stopStore(
      (partition) => this.#rowOf(partition),
      async (work) => {
        this.#standings.clear();
        return connection.run(async (session) => {
          await this.#prepare(session);
          return work(session);
        });
      },
      (work) => connection.run(work),
    );
  }

  async apply(slice: Slice): Promise<Applied> {
    try {
      return await this.#options.connection.run((session) => this.#evolving(session, slice));
    } catch (error) {
      // Whatever was believed may be why it failed.
      this.#standings.clear();
      this.#opened = undefined;
      throw error;
    }
  }

  prepare(changes: readonly Change[]): void {
    try {
      this.#opened?.writer.prepare?.(changes);
    } catch {
      // What is wrong with them is told when they are applied.
    }
  }

  position(partition: TopicPartition): Promise<number | undefined> {
    return this.#options.connection.run(async (session) => {
      await this.#prepare(session);
      return (await readStanding(session, this.#rowOf(partition)))?.settled.next;
    });
  }

  forget(topic: string): Promise<number> {
    const { connection, names } = this.#options;
    this.#standings.clear();
    return connection.run(async (session) => {
      await this.#prepare(session);
      const forgotten = await session.query(statement((parameters) => forgetSql(names, topic, parameters)));
      return forgotten.rowCount ?? 0;
    });
  }

  statements(changes: readonly Change[]): Promise<readonly string[]> {
    const { rule, names, connection } = this.#options;
    return previewStatements(rule, names, connection, changes);
  }

  check(): Promise<readonly Probe[]> {
    return checkPostgres(this.#options);
  }

  close(): Promise<void> {
    return this.#options.connection.close();
  }

  /** Applies, and changes the table where that is what is in the way and the rule allows it. */
  async #evolving(session: Session, slice: Slice): Promise<Applied> {
    const remarks: Remark[] = [];
    for (let changed = 0; ; changed++) {
      const { writer, table } = await this.#open(session, slice.changes);
      try {
        const applied = await this.#apply(session, writer, slice);
        remarks.push(...(applied.remarks ?? []), ...this.#absent.in(table, slice.changes));
        if (this.#options.rule.mode === 'mirror') remarks.push(...this.#losses.in(table, slice.changes));
        return remarks.length === 0 ? applied : { ...applied, remarks };
      } catch (error) {
        this.#standings.clear();
        const remedied = changed < CHANGES ? await this.#remedied(session, error, slice.changes) : undefined;
        if (remedied === undefined) throw error;
        remarks.push(...remedied);
      }
    }
  }

  /** What was done to the table, so that the changes may pass; undefined: it is as it was. */
  async #remedied(
    session: Session,
    error: unknown,
    changes: readonly Change[],
  ): Promise<readonly Remark[] | undefined> {
    const { rule, connection } = this.#options;
    const failure = error instanceof UnknownFields ? error : postgresFailure(error, connection.place);
    if (!mayBeRemedied(failure, rule)) return undefined;
    // Somebody may have changed the table since it was read.
    this.#opened = undefined;
    const { table } = await this.#open(session, changes);
    if (failure instanceof UnknownFields && !failure.fields.some((name) => isAbsent(table, name))) return [];
    const remedy = remedyOf(failure, rule, table, changes);
    if (remedy !== undefined) await runDdl(session, remedy.sql);
    this.#opened = undefined;
    return remedy?.columns.map((column) => tellOf(column, table));
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
      const { written, deleted, repeated = 0, waiting = 0 } = outcome;
      const applied = { written, deleted, repeated: first + repeated };
      const remarks = [...(waiting === 0 ? [] : [waits(waiting)]), ...this.#snapshotAgain(changes, settled)];
      return remarks.length === 0 ? applied : { ...applied, remarks };
    }
    throw new SluiceError('Contended', 'other deliveries of this partition were quicker, again and again', {
      stage: 'sink',
      retryable: true,
      fix: 'Look whether two deployments, or a deployment and `sluice run`, run the same rule on the same stage.',
    });
  }

  #snapshotAgain(changes: readonly Change[], { lastOrder }: Settled): readonly Remark[] {
    const { mode, ifNewer } = this.#options.rule;
    const again = mode === 'mirror' ? snapshotAgain(changes, orderOf(lastOrder)) : undefined;
    return again === undefined ? [] : [tellOfSnapshot(again.order, ifNewer?.by === 'lsn' ? ifNewer.column : undefined)];
  }

  /** The tables that are kept beside the target, made where they are missing. */
  async #prepare(session: Session): Promise<void> {
    if (this.#prepared) return;
    await openBookkeeping(session, this.#options.rule, this.#options.names);
    this.#prepared = true;
  }

  async #open(session: Session, changes: readonly Change[]): Promise<Opened> {
    if (this.#opened !== undefined) return this.#opened;
    await this.#prepare(session);
    const { rule, names, connection } = this.#options;
    this.#opened = await openTable(session, rule, names, changes, connection.place);
    return this.#opened;
  }

  #rowOf({ topic, partition }: TopicPartition): OffsetsRow {
    const { sink, offsets } = this.#options.names;
    return { sink, offsets, topic, partition };
  }
}

function waits(count: number): Remark {
  return {
    code: 'ChangesWait',
    reason: `${count} rows wait in sluice_deferred for changes that lie in other partitions; where such a change was lost they wait until the connector takes a snapshot of the table`,
  };
}

/** A column that is new may be one that the source had before under another name: no event tells of a rename. */
function tellOf({ name, type, default: value }: NewColumn, table: Table): Remark {
  if (!isAbsent(table, name)) return { code: 'ColumnWidened', reason: `the column "${name}" is ${type} from now on` };
  const held = value === undefined ? 'are NULL in it' : "have the default of the source's column in it";
  return {
    code: 'ColumnAdded',
    reason: `the column "${name}" was added as ${type}; rows that were there ${held} until a change of them comes, since no event tells what the source did to them (if it renamed a column, let the connector take a snapshot)`,
  };
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
    if (order !== undefined && (last === undefined || isOlder(last, asSentFirst(order, last)))) last = order;
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

const isAbsent = ({ columns }: Table, name: string): boolean => !columns.some((column) => column.name === name);
