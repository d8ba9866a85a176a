import { SluiceError } from '../../failure/index.ts';
import type { Row } from '../../message/contract.ts';
import type { TdengineSinkRule } from '../../rule/schema/tdengine-sink.ts';
import { parseColumnType } from './column-type.ts';
import {
  addColumn,
  createDatabase,
  createSuperTable,
  modify,
  newSuperTable,
  takesCompositeKeys,
  tooOldForKeys,
  widened,
} from './definition.ts';
import { inferFields } from './infer.ts';
import { type Layout, layoutOf } from './layout.ts';
import { quoteName, quoteText } from './names.ts';
import type { RestClient } from './rest.ts';
import { CODE, ServerError } from './server-failure.ts';
import {
  type DatabaseFacts,
  type Field,
  POSITION_COLUMN,
  POSITION_TYPE,
  readDatabase,
  readDescription,
  type SuperTable,
} from './table.ts';

/** What the server has of what a rule needs. */
export interface Inspection {
  readonly database: DatabaseFacts | undefined;
  readonly table: SuperTable | undefined;
}

export interface CatalogOptions {
  readonly rule: TdengineSinkRule;
  /** The rows of `message.sample`, for `create.infer`. */
  readonly sample: readonly Row[];
  readonly clock: () => number;
}

/** The database and the super table of a rule: looked at, made, and changed as far as the rule allows. */
export class TableCatalog {
  readonly #client: RestClient;
  readonly #options: CatalogOptions;
  /** Columns and tags that the server would not widen any more. */
  readonly #fixed = new Set<string>();
  #layout: Promise<Layout> | undefined;

  constructor(client: RestClient, options: CatalogOptions) {
    this.#client = client;
    this.#options = options;
  }

  /** The rule bound to the table, which is made first where the rule says so. Kept until `forget`. */
  layout(): Promise<Layout> {
    if (this.#layout === undefined) {
      const layout = this.#open();
      this.#layout = layout;
      layout.catch(() => {
        if (this.#layout === layout) this.#layout = undefined;
      });
    }
    return this.#layout;
  }

  /** What is known of the table may be over: somebody changed it, or this did. */
  forget(): void {
    this.#layout = undefined;
  }

  async inspect(): Promise<Inspection> {
    const { database, superTable } = this.#options.rule.target;
    const [found] = await this.#client.query(
      `SELECT \`name\`,\`precision\`,\`keep\` FROM information_schema.ins_databases WHERE \`name\`=${quoteText(database)}`,
    );
    if (found === undefined) return { database: undefined, table: undefined };
    try {
      const described = await this.#client.query(`DESCRIBE ${quoteName(superTable)}`, database);
      const table = readDescription(described);
      if (table === undefined) throw notSuper(superTable);
      return { database: readDatabase(found), table };
    } catch (error) {
      if (!(error instanceof ServerError) || error.serverCode !== CODE.tableMissing) throw error;
      return { database: readDatabase(found), table: undefined };
    }
  }

  /** The statements that make what is missing, in their order. Throws SluiceError where the rule does not say how. */
  missing({ database, table }: Inspection): readonly { readonly sql: string; readonly database?: string }[] {
    const { rule, sample, clock } = this.#options;
    const { create, target } = rule;
    const statements: { sql: string; database?: string }[] = [];
    if (database === undefined) {
      if (create?.database === undefined) throw missingDatabase(target.database);
      statements.push({ sql: createDatabase(target.database, create.database) });
    }
    if (table === undefined) {
      const told = create?.infer === true ? inferFields(rule, sample, clock) : { columns: [], tags: [] };
      const made = newSuperTable(rule, told);
      if (made === undefined) throw missingTable(target.superTable);
      statements.push({ sql: createSuperTable(made), database: target.database });
      return statements;
    }
    if (rule.allow.addColumns && create?.columns !== undefined) {
      for (const [name, type] of Object.entries(create.columns)) {
        if (table.columns.some((column) => column.name === name) || name === table.time) continue;
        const sql = addColumn(target.superTable, { name, type: parseColumnType(type) });
        statements.push({ sql, database: target.database });
      }
    }
    return statements;
  }

  /** The layout that the table has, or will have when it is made. */
  bind({ database, table }: Inspection): Layout {
    const { rule, clock, sample } = this.#options;
    const told = rule.create?.infer === true ? inferFields(rule, sample, clock) : { columns: [], tags: [] };
    const made = table === undefined ? newSuperTable(rule, told) : undefined;
    return layoutOf(rule, {
      name: rule.target.superTable,
      table: table ?? (made === undefined ? undefined : asDescribed(made)) ?? unknownTable(rule.target.superTable),
      database: database ?? { precision: rule.create?.database?.precision ?? 'ms' },
      fixed: this.#fixed,
      clock,
    });
  }

  async serverVersion(): Promise<string> {
    const [row] = await this.#client.query('SELECT server_version()');
    return String(row?.[0] ?? '');
  }

  /** Makes room for a text of this length. False: the server or the rule does not go on with that. */
  async widen(about: string, needed: number): Promise<boolean> {
    const { rule } = this.#options;
    const [kind, name = ''] = about.split(/\.(.*)/s);
    const { columns, tags } = await this.layout();
    const field: Field | undefined = (kind === 'tags' ? tags : columns).find((slot) => slot.name === name);
    if (field?.type.kind !== 'text' || this.#fixed.has(about)) return false;
    this.forget();
    const type = widened(field.type, needed);
    try {
      const sql = modify(rule.target.superTable, kind === 'tags' ? 'TAG' : 'COLUMN', { name, type });
      await this.#client.query(sql, rule.target.database);
    } catch (error) {
      if (!(error instanceof ServerError) || error.retryable || error.code === 'NoRights') throw error;
      // Another may have widened it in the meantime, or the row is full: then the texts that do not fit are bad.
      const { table } = await this.inspect();
      const now = [...(table?.columns ?? []), ...(table?.tags ?? [])].find((other) => other.name === name)?.type;
      if (now?.kind !== 'text' || now.length < needed) this.#fixed.add(about);
    }
    return true;
  }

  async #open(): Promise<Layout> {
    const { rule } = this.#options;
    let inspection = await this.inspect();
    const statements = this.missing(inspection);
    if (inspection.table === undefined && rule.sameTimestamp === 'key') {
      const version = await this.serverVersion();
      if (!takesCompositeKeys(version)) throw tooOldForKeys(version);
    }
    for (const { sql, database } of statements) {
      try {
        await this.#client.query(sql, database);
      } catch (error) {
        // Another instance was faster.
        if (!(error instanceof ServerError) || error.serverCode !== CODE.columnExists) throw error;
      }
    }
    if (statements.length > 0) inspection = await this.inspect();
    return this.bind(inspection);
  }
}

function asDescribed({ time, positioned, columns, tags }: NonNullable<ReturnType<typeof newSuperTable>>): SuperTable {
  if (!positioned) return { time, columns, tags };
  const key = { name: POSITION_COLUMN, type: POSITION_TYPE };
  return { time, columns: [key, ...columns], tags, key };
}

function missingDatabase(name: string): SluiceError {
  return new SluiceError('MissingDatabase', `there is no database ${name} on TDengine`, {
    stage: 'sink',
    fix: 'Create it, or let the rule do so: `create: { database: { precision: ms } }`.',
  });
}

function missingTable(name: string): SluiceError {
  return new SluiceError('MissingTable', `there is no super table ${name} on TDengine`, {
    stage: 'sink',
    fix: 'Create it, or write `create: { columns: …, tags: … }` into the rule, or `create: { infer: true }` with a sample.',
  });
}

function unknownTable(name: string): never {
  throw missingTable(name);
}

function notSuper(name: string): SluiceError {
  return new SluiceError('NotASuperTable', `${name} is a table of TDengine without tags, not a super table`, {
    stage: 'sink',
    fix: 'Name a super table in `target`, or one that does not exist yet and is to be made.',
  });
}
