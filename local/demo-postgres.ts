/** The second half of the demo: the records of the topic go into a table of PostgreSQL. */
import { Client } from 'pg';
import { counted } from '../lib/cli/units.ts';
import { sluice } from './demo-program.ts';
import { aligned, say } from './demo-text.ts';

export const SINK = 'errors-to-postgres';
const SHOWN = 3;

/** What `sluice run --json` tells, as far as it is of use here. */
export interface Written {
  readonly ended: string;
  readonly read: number;
  readonly written: number;
  readonly failed: number;
}

/** Runs the sink until nothing more comes, and resolves to the rows of these ids: `[id, status, service]` as JSON. */
export async function sunk(url: string, ids: readonly string[]): Promise<readonly string[]> {
  say(`writes the topic into PostgreSQL: sluice run ${SINK} --stage local`);
  const { read, written, failed } = await sluice<Written>(['run', SINK, '--stage', 'local']);
  say(`  ${counted(read, 'message')} read, ${counted(written, 'row')} written, ${failed} bad`, 'run');
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<[string, number, string | null]>({
      text: 'SELECT id, status, service FROM public.errors WHERE id = ANY ($1) ORDER BY id',
      values: [ids],
      rowMode: 'array',
    });
    say(`the first ${SHOWN} of ${counted(rows.length, 'row')} in public.errors:`, 'postgres');
    const first = rows.slice(0, SHOWN).map((row) => row.map((value) => String(value ?? '')));
    for (const line of aligned([['id', 'status', 'service'], ...first])) say(`  ${line}`, 'postgres');
    return rows.map((row) => JSON.stringify(row));
  } finally {
    await client.end();
  }
}
