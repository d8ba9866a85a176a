import { z } from 'zod';
import { mappings } from './mapping.ts';
import { message } from './message.ts';
import { functionSettings, onError, ruleDescription, ruleName, vpc } from './parts.ts';
import { duration, text } from './scalars.ts';
import { sinkSource } from './source.ts';
import { steps } from './steps.ts';

/** PostgreSQL cuts a longer name without a word, and then meets a table or column that nobody named. */
const name = () => text().refine((value) => Buffer.byteLength(value) <= 63, { error: 'a name of at most 63 bytes' });

const target = z.strictObject({
  connection: text().describe('A `postgres` connection.'),
  schema: name().default('public').describe('The schema.'),
  table: name().describe('The table.'),
  conflict: z
    .enum(['auto', 'delete-insert'])
    .default('auto')
    .describe(
      'How `upsert` and `mirror` meet a row that is there. `auto`: by `INSERT … ON CONFLICT`, or where the server knows none (before 9.5, Greenplum 6) by DELETE and INSERT in one transaction; `delete-insert`: always so.',
    ),
});

/** A type as it stands in CREATE TABLE: words, `numeric(10, 2)`, `text[]`; nothing that could end the statement. */
const columnType = z.string().regex(/^[A-Za-z_"][\w ."]*(\(\s*\w+\s*(,\s*\d+\s*)?\))?[A-Za-z ]*(\[\d*\])*$/, {
  error: 'a type of PostgreSQL such as text, numeric(10, 2), timestamptz or text[]',
});

const createTable = z
  .union([z.boolean(), z.record(name(), columnType)])
  .prefault(false)
  .transform((value): CreateTable => {
    if (typeof value !== 'boolean') return { from: 'columns', columns: value };
    return value ? { from: 'event' } : { from: 'nothing' };
  });

/** `nothing`: a missing table is an error. `event`: its columns are those that the event's own schema tells. */
export type CreateTable =
  | { readonly from: 'nothing' }
  | { readonly from: 'event' }
  | { readonly from: 'columns'; readonly columns: Readonly<Record<string, string>> };

const ifNewer = z
  .union([
    z.literal('lsn'),
    z.strictObject({ lsn: name().describe('The column of type `numeric[]` that keeps the position.') }),
    z.strictObject({ column: name().describe('A column whose value grows with each change.') }),
  ])
  .transform((value): IfNewer => {
    if (value === 'lsn') return { by: 'lsn', column: 'sluice_lsn' };
    return 'lsn' in value ? { by: 'lsn', column: value.lsn } : { by: 'column', column: value.column };
  });

/** What tells that a change is newer than the row: the position in its source, kept in a `numeric[]` column, or a column's own value. */
export interface IfNewer {
  readonly by: 'lsn' | 'column';
  /** Of the target. */
  readonly column: string;
}

export const postgresSinkSchema = z.strictObject({
  kind: z.literal('postgres-sink').describe('Messages of Kafka go into a table of PostgreSQL.'),
  name: ruleName(),
  description: ruleDescription(),
  source: sinkSource('never').describe('The topics.'),
  message: message('path').prefault({}).describe('What a message is.'),
  steps: steps.default([]).describe('What is done to each row, in this order. The same steps for every sink.'),
  target: target.describe('The table.'),
  mode: z
    .enum(['insert', 'upsert', 'mirror'])
    .default('insert')
    .describe(
      '`insert`: each row is a new one. `upsert`: a row whose `primaryKey` is there replaces its other columns. `mirror`: the changes of a table that Debezium tells of: inserts, updates, deletes, changed keys.',
    ),
  primaryKey: z
    .array(name())
    .min(1, { error: 'a list with at least one column' })
    .exactOptional()
    .describe(
      "The target's columns that tell rows apart; a unique index must be on them. Needed for `upsert`; left out in `mirror`: the primary key of the table.",
    ),
  columns: z
    .union([z.literal('all'), mappings()])
    .prefault('all')
    .describe(
      'What each column of the target is filled with: a field, an expression, `{ value: … }`, or `{ from: …, default: … }`. `all`: every field goes into the column of its name.',
    ),
  createTable: createTable.describe(
    "What a missing table is made with: `{ column: type }`, or `true`: from the event's schema, where it has one.",
  ),
  schemaEvolution: z
    .enum(['none', 'add-columns', 'widen'])
    .default('none')
    .describe(
      "What is done to the table when an event's schema has more: `add-columns`: columns are added; `widen`: types are widened too, where no value can be lost. Nothing is ever dropped. Without a schema, a field that only was null so far gets its column with its first value.",
    ),
  ifNewer: ifNewer
    .exactOptional()
    .describe(
      "Keeps an older change from overwriting a newer one: `lsn`: by the change's position in its source, kept in the column `sluice_lsn` (or `{ lsn: column }`); `{ column: updated_at }`: by a column. A row that was deleted is not remembered. A mirror of a topic with several partitions needs `lsn` to follow truncates, and to name rows that may be gone after a snapshot was taken again.",
    ),
  allowTruncate: z
    .boolean()
    .default(false)
    .describe(
      'Whether `mirror` empties the table when its source was truncated; else such a message is bad. Debezium sends truncates only with `skipped.operations=none`.',
    ),
  provenanceFor: duration()
    .prefault('30d')
    .describe(
      'How long `insert` remembers which records of an export it has, to leave out what was sent again after an aborted transaction.',
    ),
  onError: onError
    .prefault('retain')
    .describe(
      'What a bad message does. `retain`: the sink stands still at it until `sluice resume`. `discard`: it is counted and left out. `deadLetter`: it is kept elsewhere.',
    ),
  vpc: vpc.exactOptional().describe('The VPC that the function and the event pollers run in. Default: public access.'),
  function: functionSettings('5m', 'How long one batch may take, tries included; at most 14 minutes.')
    .prefault({})
    .describe('The function itself.'),
});

/** A rule of kind `postgres-sink`, merged for one stage, with every default filled in. Durations are seconds, moments milliseconds. */
export type PostgresSinkRule = z.output<typeof postgresSinkSchema>;
