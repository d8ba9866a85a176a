import { z } from 'zod';
import { TIME_UNITS, type TimeUnit } from '../../message/options.ts';
import { mappings } from './mapping.ts';
import { message } from './message.ts';
import { functionSettings, onError, ruleDescription, ruleName, vpc } from './parts.ts';
import { duration, text } from './scalars.ts';
import { sinkSource } from './source.ts';
import { steps } from './steps.ts';

/** TDengine's limits on names; back-ticks are how they are written, and a dot parts a table from its database. */
const named = (most: number, what: string) =>
  z
    .string()
    .regex(/^[^`.\u0000-\u001f\u007f]+$/, { error: 'a name without dots and back-ticks' })
    .max(most, { error: `${what} of at most ${most} characters` });
const column = () => named(64, 'a name');

const target = z.strictObject({
  connection: text().describe('A `tdengine` connection.'),
  database: named(64, 'a database').describe('The database.'),
  superTable: named(192, 'a super table').describe('The super table.'),
});

const TYPE =
  /^(timestamp|bool|(tiny|small|big)?int( unsigned)?|float|double|decimal\(\d{1,2}, ?\d{1,2}\)|(varchar|nchar|binary|varbinary|geometry)\(\d{1,5}\)|json)$/i;
const A_TYPE = { error: 'a type of TDengine such as BIGINT, DOUBLE, VARCHAR(64) or NCHAR(64)' };
/** JSON Schema has no patterns without case: it gets the form, and we look at the words. */
const columnType = z
  .string()
  .regex(/^[A-Za-z]+( [A-Za-z]+)?(\(\d{1,5}(, ?\d{1,2})?\))?$/, { ...A_TYPE, abort: true })
  .refine((value) => TYPE.test(value), A_TYPE);

const create = z.strictObject({
  database: z
    .strictObject({
      precision: z.enum(['ms', 'us', 'ns']).default('ms').describe('Of its timestamps.'),
      keep: duration().exactOptional().describe('How long rows stay. Default: the server’s, 3650 days.'),
    })
    .exactOptional()
    .describe('What a missing database is made with. Left out: it must be there.'),
  columns: z
    .record(column(), columnType)
    .exactOptional()
    .describe('The columns behind the timestamp: `{ name: type }`.'),
  tags: z.record(column(), columnType).exactOptional().describe('The tags: `{ name: type }`.'),
  infer: z
    .boolean()
    .default(false)
    .describe('Whether types that are not written are told from `message.sample`. `sluice preview` shows them first.'),
  timestampColumn: column().default('ts').describe('What the timestamp column is called.'),
});

/** `message`: of the Kafka message. `unit`: a number since 1970. `rfc3339`, or a pattern of `TO_TIMESTAMP`: text. */
export type RowTime =
  | { readonly kind: 'message' }
  | { readonly kind: 'number'; readonly field: string; readonly unit: TimeUnit }
  | { readonly kind: 'text'; readonly field: string; readonly format: string };

const timestamp = z
  .union([
    z.literal('message-time'),
    z
      .strictObject({
        field: text().describe('The field that holds it.'),
        unit: z.enum(TIME_UNITS).exactOptional().describe('It is a number since 1970.'),
        format: text()
          .exactOptional()
          .describe('It is text: `rfc3339`, or a pattern of `TO_TIMESTAMP` such as `yyyy-MM-dd HH:mm:ss`.'),
      })
      .refine(({ unit, format }) => (unit === undefined) !== (format === undefined), {
        error: 'one of unit and format, not both or neither',
      }),
  ])
  .transform((value): RowTime => {
    if (value === 'message-time') return { kind: 'message' };
    const { field, unit, format = 'rfc3339' } = value;
    return unit === undefined ? { kind: 'text', field, format } : { kind: 'number', field, unit };
  });

/** What becomes of a name that cannot be one. */
export interface SubTableName {
  readonly template: string;
  readonly onInvalid: 'replace' | 'fail';
  readonly onEmpty: 'replace' | 'fail';
  readonly onTooLong: 'truncate' | 'fail';
}

const template = text().describe('A text with fields in braces: `t_{id}`.');
const subTable = z
  .union([
    template,
    z.strictObject({
      template,
      onInvalid: z
        .enum(['replace', 'fail'])
        .default('fail')
        .describe('Characters that no name may hold. `replace`: by `_`, which can bring two names together.'),
      onEmpty: z
        .enum(['replace', 'fail'])
        .default('fail')
        .describe('A field that is null, missing or empty. `replace`: by `null`.'),
      onTooLong: z
        .enum(['truncate', 'fail'])
        .default('fail')
        .describe('More than 192 characters. `truncate`: the end gives way to a hash of the whole.'),
    }),
  ])
  .transform((value): SubTableName => {
    if (typeof value !== 'string') return value;
    return { template: value, onInvalid: 'fail', onEmpty: 'fail', onTooLong: 'fail' };
  });

const faults = z.strictObject({
  nan: z
    .enum(['fail', 'discard', 'set-null', 'set-zero'])
    .default('fail')
    .describe('NaN, infinities, and numbers too small for a column: TDengine takes none.'),
  outOfKeep: z.enum(['fail', 'discard']).default('fail').describe('A timestamp outside of what the database keeps.'),
  nullTimestamp: z
    .enum(['fail', 'discard', 'message-time'])
    .default('fail')
    .describe('No timestamp. `message-time`: the one of the message.'),
  tooLong: z
    .enum(['fail', 'discard', 'truncate', 'set-null'])
    .default('fail')
    .describe('Text longer than its column, where `allow.widen` does not help.'),
  typeMismatch: z
    .enum(['fail', 'discard', 'set-null'])
    .default('fail')
    .describe('A value that does not fit the type of its column.'),
  foreignTable: z
    .enum(['fail', 'discard'])
    .default('fail')
    .describe('The sub-table is there and belongs to another super table.'),
});

const allow = z.strictObject({
  addColumns: z
    .boolean()
    .default(false)
    .describe('Columns of the rule that the super table lacks are added; their type is the one in `create.columns`.'),
  widen: z.boolean().default(false).describe('VARCHAR and NCHAR columns and tags are widened for a longer text.'),
  round: z
    .boolean()
    .default(false)
    .describe('A fraction for a column of integers is rounded, as the server does it; else it does not fit.'),
  setTag: z
    .boolean()
    .default(false)
    .describe('A tag of a sub-table is set anew when its value changed; else that is told.'),
});

const written = z.strictObject({
  kind: z.literal('tdengine-sink').describe('Messages of Kafka go into a super table of TDengine.'),
  name: ruleName(),
  description: ruleDescription(),
  source: sinkSource(500).describe('The topics.'),
  message: message('flatten').prefault({}).describe('What a message is.'),
  steps: steps.default([]).describe('What is done to each row, in this order. The same steps for every sink.'),
  target: target.describe('The super table.'),
  create: create.exactOptional().describe('What is made where it is missing. Left out: the super table must be there.'),
  subTable: subTable.describe('The name of the sub-table that a row goes into: `t_{id}`.'),
  timestamp: timestamp
    .prefault('message-time')
    .describe(
      "A row's time: `message-time`, `{ field: ts, unit: ms }` (`s`, `ms`, `us`, `ns`), or `{ field: ts, format: rfc3339 }`.",
    ),
  sameTimestamp: z
    .enum(['key', 'last', 'fail'])
    .exactOptional()
    .describe(
      'Two rows of one sub-table and time. `key`: both stay, told apart by a second key column `sluice_pos`, which the super table must be made with. `last`: the later one replaces the columns that it has. `fail`: the message is bad. Default: `key` with `timestamp: message-time`, else `last`.',
    ),
  tags: mappings().describe('What each tag is filled with, when a sub-table is made.'),
  columns: z
    .union([z.literal('all'), mappings()])
    .prefault('all')
    .describe(
      'What each column is filled with: a field, an expression, `{ value: … }`, or `{ from: …, default: … }`. `all`: every field that is a column of the super table.',
    ),
  faults: faults
    .prefault({})
    .describe(
      'What a row that TDengine cannot take comes to. `fail`: `onError` says. `discard`: it is counted and left out.',
    ),
  allow: allow.prefault({}).describe('What the sink may change of what is there.'),
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

export const tdengineSinkSchema = written.transform((rule) => ({
  ...rule,
  sameTimestamp: rule.sameTimestamp ?? (rule.timestamp.kind === 'message' ? ('key' as const) : ('last' as const)),
}));

/** A rule of kind `tdengine-sink`, merged for one stage, with every default filled in. Durations are seconds, moments milliseconds. */
export type TdengineSinkRule = z.output<typeof tdengineSinkSchema>;
