/**
 * Plays recordings of a real Debezium connector into mirrors, and holds the tables that come out against the source's rows.
 * What differs is either said by the sink, which names why it cannot know, or wrong.
 *
 *     npm run recordings -- FOLDER
 *
 * FOLDER holds `ddl_start.sql` (the source's tables as they were at first), `expected/TABLE.ndjson` (a line a row:
 * `{"row": …, "text": {column: text}}`), and a folder for each form of recording with `TABLE.ndjson.gz`: a line a message,
 * `{topic, partition, offset, timestamp, keyBase64, valueBase64, headers}`. Needs the local stack's PostgreSQL.
 */
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { Stack } from '../../local/stack.ts';
import { compare, type Difference, expectedRows, rowId } from './compare.ts';
import { keyOf, type Played, play } from './play.ts';
import { type Recording, readRecording } from './recording.ts';
import { saidOf } from './said.ts';
import { ScratchDatabase } from './scratch-database.ts';
import { settingsOf } from './settings.ts';

const SHOWN = 40;

async function main(folder: string): Promise<number> {
  const stack = new Stack();
  const { endpoints, started } = await stack.up(['postgres'], () => undefined);
  const { postgres } = endpoints;
  if (postgres === undefined) throw new Error('there is no PostgreSQL');
  let wrong = 0;
  try {
    for (const form of readdirSync(folder).filter((name) => isForm(folder, name))) {
      for (const file of readdirSync(path.join(folder, form)).filter((name) => name.endsWith('.ndjson.gz'))) {
        // One database each: two forms are of the same tables.
        const database = await ScratchDatabase.create(postgres.url, folder);
        try {
          if (!(await isRight(folder, form, readRecording(path.join(folder, form, file)), database))) wrong++;
        } finally {
          await database.drop();
        }
      }
    }
  } finally {
    if (started.length > 0) await stack.down(started);
  }
  console.log(
    wrong === 0
      ? 'Every recording leads to its rows, or to what the sink says it cannot know.'
      : `${wrong} recordings lead to other rows, and nothing says so.`,
  );
  return wrong === 0 ? 0 : 1;
}

async function isRight(
  folder: string,
  form: string,
  recording: Recording,
  database: ScratchDatabase,
): Promise<boolean> {
  const settings = await settingsOf(recording, database);
  if (settings.byPosition) await database.addPosition(recording);
  const played = await play(recording, database, settings);
  const key = await database.key(recording);
  const rows = await database.texts(recording);
  const found = compare(expectedRows(folder, recording.name), rows, key);
  const refused = refusedRows(played, key, found);
  const said = new Map<string, number>();
  const unsaid: Difference[] = [];
  for (const each of found) {
    const code = saidOf(each, played.remarks, refused);
    const what = each.kind === 'value' ? `${each.column}: ${code}` : `rows ${each.kind}: ${code}`;
    if (code === undefined) unsaid.push(each);
    else said.set(what, (said.get(what) ?? 0) + 1);
  }
  const { length } = recording.messages;
  console.log(`${form} ${recording.name}: ${length} messages, ${played.applied}; ${rows.length} rows`);
  if (played.stop !== undefined) console.log(`    stands: ${played.stop}`);
  for (const { code, reason } of played.remarks) console.log(`    said: ${code}: ${reason}`);
  for (const [what, count] of said) console.log(`    unknown, and said: ${count} × ${what}`);
  for (const each of unsaid.slice(0, SHOWN)) console.log(`    WRONG: ${shown(each)}`);
  if (unsaid.length > SHOWN) console.log(`    and ${unsaid.length - SHOWN} more`);
  return unsaid.length === 0 && played.stop === undefined;
}

/** Which rows the refused messages are about, and why. Without a key each may be of one row as it was and as it is. */
function refusedRows(
  { refused }: Played,
  key: readonly string[],
  found: readonly Difference[],
): ReadonlyMap<string, string> {
  if (key.length > 0) {
    return new Map(refused.map((each) => [rowId(key.map((name) => keyOf(each).get(name))), each.code]));
  }
  const code = refused[0]?.code;
  if (code === undefined || found.length > 2 * refused.length) return new Map();
  return new Map(found.map(({ row }) => [row, code]));
}

function shown(difference: Difference): string {
  if (difference.kind !== 'value') return `row ${difference.row.slice(0, 300)} is ${difference.kind}`;
  const text = (value: string | null | undefined) =>
    value === undefined
      ? 'no column'
      : value === null
        ? 'NULL'
        : JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
  const { row, column, expected, actual } = difference;
  return `row ${row} ${column}: ${text(actual)} for ${text(expected)}`;
}

function isForm(folder: string, name: string): boolean {
  if (name === 'expected' || name.includes('.') || !existsSync(path.join(folder, name))) return false;
  return readdirSync(path.join(folder, name)).some((file) => file.endsWith('.ndjson.gz'));
}

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error('Which folder? npm run recordings -- FOLDER');
  process.exitCode = 2;
} else {
  main(folder).then(
    (code) => {
      process.exitCode = code;
    },
    (error: unknown) => {
      console.error(error);
      process.exitCode = 2;
    },
  );
}
