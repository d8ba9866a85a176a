import type { Change, FieldSchema, Put } from '../../message/contract.ts';
import { isNumeric } from '../../select/values/number.ts';
import type { Value } from '../../select/values/value.ts';
import type { Remark } from '../contract.ts';
import type { Column, ColumnType, Table } from './column.ts';

/** What a connector of PostgreSQL does not tell of some values, told by the type of the column that they go into. */
interface Loss {
  readonly code: string;
  readonly says: (column: string) => string;
  /** Whether such a column's values come without it in this form. */
  readonly of: (column: ColumnType, field: FieldSchema | undefined, change: Put) => boolean;
  /** Whether this value may have been another one. Left out: all may. */
  readonly at?: (value: Value, change: Put) => boolean;
}

/** Money is read as a floating number in a snapshot: exact up to 2^53 cents. */
const EXACT_MONEY = 90_071_992_547_409;

const LOSSES: readonly Loss[] = [
  {
    code: 'TrailingZerosLost',
    says: (column) => `numbers in ${column} come without the zeros at their end: 1.50 is written as 1.5`,
    of: (type, field, { wire }) => {
      const { name } = type.element ?? type;
      if (name !== 'numeric') return false;
      const { logical } = field?.items ?? field ?? {};
      return wire === undefined ? logical?.endsWith('VariableScaleDecimal') === true : wire.decimals === 'precise';
    },
  },
  {
    code: 'LeadingZerosLost',
    says: (column) => `bit strings in ${column} come without the zeros at their front, since their length is not told`,
    of: ({ name }) => /^bit varying/.test(name),
  },
  {
    code: 'TimeZoneLost',
    says: (column) => `the offsets of the times with time zone in ${column} are lost: the connector makes UTC of them`,
    of: ({ name }, _field, { wire }) => wire !== undefined && /^time(?:\(\d\))? with time zone/.test(name),
  },
  {
    code: 'InexactInterval',
    says: (column) =>
      `months and days of the intervals in ${column} are lost: the connector counts them in microseconds (interval.handling.mode=string keeps them)`,
    of: ({ name }, _field, { wire }) => /^interval/.test(name) && wire !== undefined,
    at: isNumeric,
  },
  {
    code: 'MidnightIsAmbiguous',
    says: (column) =>
      `a time of 00:00:00 in ${column} may be 24:00:00 at the source: in ISO 8601 the connector writes both alike`,
    of: ({ category }, field, { wire }) =>
      category === 'time' && (wire !== undefined || field?.logical?.endsWith('.IsoTime') === true),
    at: (value) => typeof value === 'string' && /^00:00:00Z?$/.test(value),
  },
  {
    code: 'MoneyRounded',
    says: (column) =>
      `money in ${column} beyond ${EXACT_MONEY} comes rounded in a snapshot: update such rows at the source, changes carry the right amount`,
    of: ({ name }, _field, { snapshot }) => name === 'money' && snapshot !== undefined,
    at: (value) => Math.abs(Number(String(value))) > EXACT_MONEY,
  },
];

interface Watched {
  readonly at: number;
  readonly column: string;
  readonly loss: Loss;
}

/** Tells once of each column of a mirror that its values may not be the source's, and in what. */
export class Losses {
  readonly #told = new Set<string>();
  /** By the shape of a row; a snapshot's rows and changes are told apart. */
  readonly #watched = new WeakMap<readonly string[], Map<boolean, readonly Watched[]>>();

  in(table: Table, changes: readonly Change[]): readonly Remark[] {
    const remarks: Remark[] = [];
    for (const change of changes) {
      if (change.kind !== 'put' || !isFromPostgres(change)) continue;
      for (const { at, column, loss } of this.#watchedIn(table, change)) {
        const value = change.row.values[at];
        const told = `${loss.code} ${column}`;
        if (value === null || value === undefined || this.#told.has(told)) continue;
        if (loss.at?.(value, change) === false) continue;
        this.#told.add(told);
        remarks.push({ code: loss.code, reason: loss.says(`"${column}"`) });
      }
    }
    return remarks;
  }

  #watchedIn(table: Table, change: Put): readonly Watched[] {
    const { names } = change.row;
    const isSnapshot = change.snapshot !== undefined;
    const known = this.#watched.get(names) ?? new Map<boolean, readonly Watched[]>();
    this.#watched.set(names, known);
    let watched = known.get(isSnapshot);
    if (watched === undefined) {
      watched = names.flatMap((name, at) => watchedOf(table.columns, name, at, change));
      known.set(isSnapshot, watched);
    }
    return watched;
  }
}

function watchedOf(columns: readonly Column[], name: string, at: number, change: Put): readonly Watched[] {
  const column = columns.find((each) => each.name === name);
  if (column === undefined) return [];
  const field = change.schema?.find((each) => each.name === name);
  return LOSSES.filter((loss) => loss.of(column.type, field, change)).map((loss) => ({ at, column: name, loss }));
}

/** Only its events lose these; where an event with a schema does not say, its types are those of a PostgreSQL table. */
function isFromPostgres({ wire, schema }: Put): boolean {
  return wire === undefined ? schema !== undefined : (wire.connector ?? 'postgresql') === 'postgresql';
}
