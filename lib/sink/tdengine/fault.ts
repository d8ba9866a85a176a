import type { TdengineSinkRule } from '../../rule/schema/tdengine-sink.ts';

export type FaultKind = keyof TdengineSinkRule['faults'];

/** Why TDengine would not take a row. Never the value itself. */
export interface Problem {
  readonly kind: FaultKind | 'sameTimestamp' | 'subTable';
  /** A column, a tag, or what else of the row. */
  readonly about: string;
  readonly reason: string;
  /** Of a text that is too long: the length that its column would need. */
  readonly needed?: number;
}

interface Told {
  readonly code: string;
  readonly fix: string;
}

/** A bad row by its kind: the code, and the next step. */
export const TOLD: Readonly<Record<Problem['kind'], Told>> = {
  nan: {
    code: 'NotANumber',
    fix: 'TDengine takes no NaN, no infinity and no denormal. Write `faults: { nan: set-null }` (or `set-zero`) in the rule, or filter such rows.',
  },
  outOfKeep: {
    code: 'TimestampOutOfKeep',
    fix: 'Look at the unit of `timestamp`, and at KEEP of the database (ALTER DATABASE … KEEP …); `faults: { outOfKeep: discard }` leaves such rows out.',
  },
  nullTimestamp: {
    code: 'NullTimestamp',
    fix: 'Fill the field in a step, or write `faults: { nullTimestamp: message-time }` (or `discard`) in the rule.',
  },
  tooLong: {
    code: 'ValueTooLong',
    fix: 'Widen the column (ALTER STABLE … MODIFY COLUMN …), let the rule do so (`allow: { widen: true }`), or write `faults: { tooLong: truncate }`.',
  },
  typeMismatch: {
    code: 'TypeMismatch',
    fix: 'Convert the field in a step (`convert`), or write `faults: { typeMismatch: set-null }` in the rule.',
  },
  foreignTable: {
    code: 'ForeignTable',
    fix: 'Choose another template for `subTable`, or drop the table that has the name; `faults: { foreignTable: discard }` leaves such rows out.',
  },
  sameTimestamp: {
    code: 'SameTimestamp',
    fix: 'Write `sameTimestamp: key` to keep both rows (the super table must have the key column), or `last` to keep the later one.',
  },
  subTable: {
    code: 'BadSubTableName',
    fix: 'Give `subTable` its policies: `onInvalid: replace`, `onEmpty: replace`, `onTooLong: truncate`; or fill the field in a step.',
  },
};
