/** How a value is written for a type of PostgreSQL. `other`: its input form is not ours to know; text goes as it is. */
export type Category =
  | 'integer'
  | 'numeric'
  | 'float'
  | 'boolean'
  | 'text'
  | 'json'
  | 'bytes'
  | 'date'
  | 'time'
  | 'timestamp'
  | 'timestamptz'
  | 'bits'
  | 'array'
  | 'hstore'
  | 'point'
  | 'vector'
  | 'composite'
  | 'other';

export interface ColumnType {
  readonly category: Category;
  /** As PostgreSQL shows it: `numeric(10,2)`, `character varying(5)[]`. */
  readonly name: string;
  /**
   * What text is cast to: the base type of a domain, without length or scale. An explicit cast to `varchar(5)` would cut
   * what is too long; the assignment that follows a cast to `varchar` refuses it.
   */
  readonly cast: string;
  /** Of an array: its elements, and what stands between them. */
  readonly element?: ColumnType;
  readonly delimiter?: string;
}

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly notNull: boolean;
  readonly hasDefault: boolean;
  /** `GENERATED ALWAYS AS (…)`: computed, never written. */
  readonly generated: boolean;
  readonly identity?: 'always' | 'by default';
}

/** A set of columns that no two rows share. */
export interface UniqueKey {
  readonly name: string;
  readonly columns: readonly string[];
  readonly primary: boolean;
}

/** A table as the server's catalog has it. */
export interface Table {
  readonly schema: string;
  readonly table: string;
  readonly columns: readonly Column[];
  /** Those that ON CONFLICT can name: no expressions, no conditions, not deferrable. */
  readonly uniqueKeys: readonly UniqueKey[];
}

const CATEGORIES: Readonly<Record<string, Category>> = {
  int2: 'integer',
  int4: 'integer',
  int8: 'integer',
  oid: 'integer',
  xid8: 'integer',
  numeric: 'numeric',
  money: 'numeric',
  float4: 'float',
  float8: 'float',
  bool: 'boolean',
  text: 'text',
  varchar: 'text',
  bpchar: 'text',
  name: 'text',
  citext: 'text',
  xml: 'text',
  json: 'json',
  jsonb: 'json',
  bytea: 'bytes',
  date: 'date',
  time: 'time',
  timetz: 'time',
  timestamp: 'timestamp',
  timestamptz: 'timestamptz',
  bit: 'bits',
  varbit: 'bits',
  hstore: 'hstore',
  point: 'point',
  vector: 'vector',
  halfvec: 'vector',
};

/** @param name of the type itself, as in `pg_type.typname` */
export function categoryOf(name: string, kind: string): Category {
  if (kind === 'c') return 'composite';
  return CATEGORIES[name] ?? 'other';
}
