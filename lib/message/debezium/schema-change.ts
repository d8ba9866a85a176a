import type { Struct } from '../../select/values/value.ts';
import type { Notice } from '../contract.ts';
import type { Parsed } from '../parsed.ts';
import { member, textMember } from './connect-schema.ts';
import { type SchemaLoss, schemaLosses } from './ddl.ts';

/** A message of MySQL's schema-change topic: what its statement took away or renamed. Undefined for any other message. */
export function schemaChange(payload: Struct): Parsed | undefined {
  const ddl = textMember(payload, 'ddl');
  if (ddl === undefined || member(payload, 'op') !== undefined) return undefined;
  if (member(payload, 'tableChanges') === undefined && member(payload, 'databaseName') === undefined) return undefined;
  return { drafts: [], ignored: true, notices: schemaLosses(ddl).map(noticeOf) };
}

function noticeOf(loss: SchemaLoss): Omit<Notice, 'message'> {
  switch (loss.kind) {
    case 'column-renamed':
      return {
        code: 'ColumnRenamed',
        text: `the source renamed ${loss.table}.${loss.from} to ${loss.to}; the target keeps ${loss.from}, and new values come as ${loss.to}`,
        fix: `Rename the column in the target, or map it: columns: { ${loss.from}: ${loss.to} }.`,
      };
    case 'column-dropped':
      return {
        code: 'ColumnDropped',
        text: `the source dropped ${loss.table}.${loss.column}; the target keeps it and its old values`,
        fix: 'Drop it in the target when nobody reads it any more.',
      };
    case 'table-renamed':
      return {
        code: 'TableRenamed',
        text: `the source renamed the table ${loss.from} to ${loss.to}, whose changes come in another topic`,
        fix: "Add the new table's topic to the rule.",
      };
    case 'table-dropped':
      return { code: 'TableDropped', text: `the source dropped the table ${loss.table}; the target keeps its rows` };
  }
}
