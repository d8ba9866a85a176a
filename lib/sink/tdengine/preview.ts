import type { Change } from '../../message/contract.ts';
import type { TableCatalog } from './catalog.ts';
import { groupsOf, InsertWriter } from './insert.ts';
import { collect, Refused, rowFault } from './rows.ts';
import { StatementBuffer } from './statement-buffer.ts';

/** What would be sent for these changes: what makes or changes the table, then the rows. Nothing is written. */
export async function previewStatements(catalog: TableCatalog, changes: readonly Change[]): Promise<readonly string[]> {
  const inspection = await catalog.inspect();
  const statements = catalog.missing(inspection).map(({ sql }) => sql);
  const layout = catalog.bind(inspection);
  const out = new StatementBuffer(64 * 1024);
  try {
    for (const [partition, own] of byPartition(changes)) {
      const rows = collect(own, layout, { foreign: new Set() });
      for (const group of groupsOf(rows)) {
        const writer = new InsertWriter(rows, group, group.tables, partition);
        while (writer.write(out)) statements.push(out.bytes.toString('utf8', 0, out.length));
      }
    }
  } catch (error) {
    throw error instanceof Refused ? rowFault(error.row, error.problem) : error;
  }
  return statements;
}

function byPartition(changes: readonly Change[]): Map<Change['message'], Change[]> {
  const parts = new Map<string, [Change['message'], Change[]]>();
  for (const change of changes) {
    const { topic, partition } = change.message;
    const id = `${topic}-${partition}`;
    const part = parts.get(id);
    if (part === undefined) parts.set(id, [change.message, [change]]);
    else part[1].push(change);
  }
  return new Map(parts.values());
}
