import { RecordError } from '../../select/values/record-error.ts';
import type { RowExpression } from '../expression.ts';
import type { Fields } from './fields.ts';

/** What can be said of an expression over a row: its value, that it did not change, or nothing. */
export type Knowledge = 'known' | 'unchanged' | 'unknown';

/** Throws RecordError `UnchangedFieldNeeded` where only a part of what an expression needs is in the message. */
export function knowledgeOf(name: string, { columns }: RowExpression, { row, unchanged, partial }: Fields): Knowledge {
  if (partial) return columns.every((column) => column.placeIn(row) >= 0) ? 'known' : 'unknown';
  if (unchanged.length === 0) return 'known';
  const gone = columns.filter((column) => unchanged.some((each) => column.matches(each)));
  if (gone.length === 0) return 'known';
  if (gone.length === columns.length) return 'unchanged';
  const reason = `${name} is made of ${gone[0]!.name}, which did not change, so that it is not in the message`;
  throw new RecordError('UnchangedFieldNeeded', reason);
}
