/**
 * Plays recordings of a real Debezium connector into mirrors, and holds the tables that come out against the source's rows.
 *
 *     npm run recordings -- FOLDER
 *
 * FOLDER holds `ddl_start.sql` and `ddl_end.sql` (the source's tables before and after), `expected/TABLE.ndjson` (a line a
 * row: `{"row": …, "text": {column: text}}`), and a folder for each form of recording with `TABLE.ndjson.gz`: a line a
 * message, `{topic, partition, offset, timestamp, keyBase64, valueBase64, headers}`. Needs the local stack's PostgreSQL.
 */
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { Stack } from '../../local/stack.ts';
import { compare, expectedRows } from './compare.ts';
import { play } from './play.ts';
import { readRecording } from './recording.ts';
import { ScratchDatabase } from './scratch-database.ts';

async function main(folder: string): Promise<number> {
  const stack = new Stack();
  const { endpoints, started } = await stack.up(['postgres'], () => undefined);
  const { postgres } = endpoints;
  if (postgres === undefined) throw new Error('there is no PostgreSQL');
  let wrong = 0;
  try {
    const forms = readdirSync(folder).filter((name) => existsSync(path.join(folder, name)) && isForm(folder, name));
    for (const form of forms) {
      const recordings = readdirSync(path.join(folder, form)).map((file) =>
        readRecording(path.join(folder, form, file)),
      );
      const database = await ScratchDatabase.create(postgres.url, folder);
      try {
        for (const recording of recordings) {
          const { applied, stop, remarks } = await play(recording, database, form);
          const rows = await database.texts(recording.schema, recording.table);
          const found = compare(expectedRows(folder, recording.name), rows, await database.key(recording));
          if (found.length > 0 || stop !== undefined) wrong++;
          console.log(
            `${form} ${recording.name}: ${recording.messages.length} messages, ${applied}; ${rows.length} rows`,
          );
          for (const remark of remarks) console.log(`    said: ${remark}`);
          if (stop !== undefined) console.log(`    stands: ${stop}`);
          for (const line of found.slice(0, 40)) console.log(`    ${line}`);
          if (found.length > 40) console.log(`    and ${found.length - 40} more`);
        }
      } finally {
        await database.drop();
      }
    }
  } finally {
    if (started.length > 0) await stack.down(started);
  }
  console.log(wrong === 0 ? 'Every recording leads to its rows.' : `${wrong} recordings lead to other rows.`);
  return wrong === 0 ? 0 : 1;
}

function isForm(folder: string, name: string): boolean {
  if (name === 'expected' || name.includes('.')) return false;
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
