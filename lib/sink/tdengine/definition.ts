import { SluiceError } from '../../failure/index.ts';
import type { TdengineSinkRule } from '../../rule/schema/tdengine-sink.ts';
import { type ColumnType, LONGEST_TEXT, parseColumnType, typeText } from './column-type.ts';
import { quoteColumn, quoteName } from './names.ts';
import { type Field, POSITION_COLUMN, POSITION_TYPE } from './table.ts';

const DAY_MINUTES = 1440;
/** KEEP must be three times DURATION, which is ten days unless it is said. */
const LEAST_KEEP_MINUTES = 30 * DAY_MINUTES;

type Create = NonNullable<TdengineSinkRule['create']>;

/** @param keep in seconds */
export function createDatabase(name: string, { precision, keep }: NonNullable<Create['database']>): string {
  const options = [`PRECISION '${precision}'`];
  if (keep !== undefined) {
    const minutes = Math.ceil(keep / 60);
    if (minutes < LEAST_KEEP_MINUTES) options.push(`DURATION ${Math.max(60, Math.floor(minutes / 3))}m`);
    options.push(`KEEP ${minutes % DAY_MINUTES === 0 ? `${minutes / DAY_MINUTES}d` : `${minutes}m`}`);
  }
  return `CREATE DATABASE IF NOT EXISTS ${quoteName(name)} ${options.join(' ')}`;
}

export interface NewSuperTable {
  readonly name: string;
  readonly time: string;
  /** Whether the position is part of the key. */
  readonly positioned: boolean;
  readonly columns: readonly Field[];
  readonly tags: readonly Field[];
}

export function createSuperTable({ name, time, positioned, columns, tags }: NewSuperTable): string {
  const define = ({ name: field, type }: Field) => `${quoteColumn(field)} ${typeText(type)}`;
  const all = [
    `${quoteColumn(time)} TIMESTAMP`,
    ...(positioned ? [`${quoteColumn(POSITION_COLUMN)} ${typeText(POSITION_TYPE)} PRIMARY KEY`] : []),
    ...columns.map(define),
  ];
  return `CREATE STABLE IF NOT EXISTS ${quoteName(name)} (${all.join(', ')}) TAGS (${tags.map(define).join(', ')})`;
}

/** What a rule has made: `create.columns` and `create.tags`, and for what they leave out the types told from the sample. */
export function newSuperTable(
  rule: Pick<TdengineSinkRule, 'create' | 'target' | 'sameTimestamp'>,
  inferred: { readonly columns: readonly Field[]; readonly tags: readonly Field[] },
): NewSuperTable | undefined {
  const { create, target, sameTimestamp } = rule;
  if (create === undefined) return undefined;
  const fields = (written: Readonly<Record<string, string>> = {}, told: readonly Field[]) => [
    ...Object.entries(written).map(([name, type]) => ({ name, type: parseColumnType(type) })),
    ...told.filter(({ name }) => !Object.hasOwn(written, name)),
  ];
  const columns = fields(create.columns, inferred.columns);
  const tags = fields(create.tags, inferred.tags);
  if (columns.length === 0 || tags.length === 0) return undefined;
  return { name: target.superTable, time: create.timestampColumn, positioned: sameTimestamp === 'key', columns, tags };
}

export function addColumn(superTable: string, { name, type }: Field): string {
  return `ALTER STABLE ${quoteName(superTable)} ADD COLUMN ${quoteColumn(name)} ${typeText(type)}`;
}

/** Texts grow little by little: room is made for a quarter more, and at least to a power of two. */
export function widened(type: Extract<ColumnType, { kind: 'text' }>, needed: number): ColumnType {
  const roomy = 2 ** Math.ceil(Math.log2(needed * 1.25));
  return { ...type, length: Math.max(needed, Math.min(roomy, LONGEST_TEXT[type.name])) };
}

export function modify(superTable: string, what: 'COLUMN' | 'TAG', { name, type }: Field): string {
  return `ALTER STABLE ${quoteName(superTable)} MODIFY ${what} ${quoteColumn(name)} ${typeText(type)}`;
}

/** Before 3.3.0 there are no composite keys. Versions as `server_version()` says them: `3.3.6.6`. */
export function takesCompositeKeys(version: string): boolean {
  const [major = 0, minor = 0] = version.replace(/^\D*/, '').split('.').map(Number);
  return major > 3 || (major === 3 && minor >= 3);
}

export function tooOldForKeys(version: string): SluiceError {
  return new SluiceError(
    'VersionTooOld',
    `TDengine ${version} has no composite keys, which \`sameTimestamp: key\` needs (3.3.0)`,
    {
      stage: 'sink',
      fix: 'Upgrade the server, or write `sameTimestamp: last` or `fail`.',
    },
  );
}
