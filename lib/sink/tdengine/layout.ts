import { SluiceError } from '../../failure/index.ts';
import type { Value } from '../../message/contract.ts';
import type { TdengineSinkRule } from '../../rule/schema/tdengine-sink.ts';
import type { Problem } from './fault.ts';
import { exactReader, expressionReader, fieldReader, type Read } from './fields.ts';
import { type LiteralWriter, literalWriter } from './literal.ts';
import { quoteColumn, quoteName } from './names.ts';
import { type ReadTime, timeReader } from './row-time.ts';
import { subTableTemplate } from './sub-table.ts';
import { type DatabaseFacts, type Field, POSITION_COLUMN, type SuperTable } from './table.ts';

/** The part of a rule that says how rows lie in the table. */
export type TdengineMapping = Pick<
  TdengineSinkRule,
  'subTable' | 'timestamp' | 'sameTimestamp' | 'tags' | 'columns' | 'faults' | 'allow'
>;

export interface Slot extends Field {
  /** In back-ticks. */
  readonly quoted: string;
  readonly read: Read;
  readonly write: LiteralWriter;
}

/** A rule bound to a super table: how each row is read and written. */
export interface Layout {
  /** In back-ticks. */
  readonly superTable: string;
  readonly time: ReadTime;
  readonly timeColumn: string;
  /** The table has the position in its key, and rows name it. */
  readonly positioned: boolean;
  readonly columns: readonly Slot[];
  readonly tags: readonly Slot[];
  readonly nameFields: readonly Read[];
  name(values: readonly Value[]): string | Problem;
  readonly sameTimestamp: TdengineMapping['sameTimestamp'];
  readonly faults: TdengineMapping['faults'];
}

export interface LayoutOptions {
  readonly name: string;
  readonly table: SuperTable;
  readonly database: DatabaseFacts;
  /** Columns (`columns.note`) and tags (`tags.hall`) that cannot be widened any more. */
  readonly fixed: ReadonlySet<string>;
  readonly clock: () => number;
}

/** Throws SluiceError for what the table lacks: `MissingColumn`, `MissingTag`, `KeyNotFilled`. */
export function layoutOf(mapping: TdengineMapping, options: LayoutOptions): Layout {
  const { table, database, clock } = options;
  const { faults, allow, timestamp } = mapping;
  const policy = { ...faults, round: allow.round };
  const slot = (about: string, { name, type }: Field, read: Read): Slot => ({
    name,
    type,
    quoted: quoteColumn(name),
    read,
    write: literalWriter(`${about}.${name}`, type, database.precision, {
      ...policy,
      widen: allow.widen && !options.fixed.has(`${about}.${name}`),
    }),
  });
  const slots = (about: string, expressions: Readonly<Record<string, string>>, fields: readonly Field[]) =>
    Object.entries(expressions).map(([name, expression]) => {
      const field = fields.find((candidate) => candidate.name === name);
      if (field === undefined) throw missing(about, name, options.name, fields);
      return slot(about, field, expressionReader(expression, clock));
    });
  const positioned = table.key?.name === POSITION_COLUMN;
  const fillable = table.columns.filter(({ name }) => !(positioned && name === POSITION_COLUMN));
  const columns =
    mapping.columns === 'all'
      ? fillable.map((field) => slot('columns', field, exactReader(field.name)))
      : slots('columns', mapping.columns, fillable);
  if (table.key !== undefined && !positioned && !columns.some(({ name }) => name === table.key?.name)) {
    throw new SluiceError(
      'KeyNotFilled',
      `the super table ${options.name} has ${table.key.name} in its key, and the rule does not fill it`,
      {
        stage: 'sink',
        fix: `Add ${table.key.name} to \`columns\`: TDengine takes no row without it.`,
      },
    );
  }
  const template = subTableTemplate(mapping.subTable);
  return {
    superTable: quoteName(options.name),
    time: timeReader({ time: timestamp, ...database, onNull: faults.nullTimestamp, clock }),
    timeColumn: quoteColumn(table.time),
    positioned,
    columns,
    tags: slots('tags', mapping.tags, table.tags),
    nameFields: template.fields.map((field) => fieldReader(field, clock)),
    name: (values) => template.name(values),
    // Without the position in its key a table keeps the later one, whatever the rule says: `check` tells so.
    sameTimestamp: mapping.sameTimestamp === 'key' && !positioned ? 'last' : mapping.sameTimestamp,
    faults,
  };
}

function missing(about: string, name: string, superTable: string, fields: readonly Field[]): SluiceError {
  const what = about === 'tags' ? 'tag' : 'column';
  const has = fields
    .map((field) => field.name)
    .slice(0, 20)
    .join(', ');
  return new SluiceError(
    about === 'tags' ? 'MissingTag' : 'MissingColumn',
    `the super table ${superTable} has no ${what} ${name} (it has ${has})`,
    {
      stage: 'sink',
      fix:
        what === 'tag'
          ? `Add it: ALTER STABLE \`${superTable}\` ADD TAG …; or take it out of the rule.`
          : `Add it: ALTER STABLE \`${superTable}\` ADD COLUMN …; or let the rule do so: its type in \`create.columns\`, and \`allow: { addColumns: true }\`.`,
    },
  );
}
