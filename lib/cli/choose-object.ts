import type { ObjectInfo, ObjectStore } from '../object/contract.ts';
import type { ExportRule } from '../rule/schema.ts';
import { belongsTo } from '../trigger/index.ts';
import { type Context, lineFor } from './command.ts';
import { refused, usage } from './exit.ts';
import { printable, table } from './table.ts';
import { ago, bytes, count } from './units.ts';

const OFFERED = 10;
/** A store lists by key, not by time: beyond so many keys the newest are not looked for. */
const LOOKED_THROUGH = 20_000;

/** The newest of a rule's objects, asked for. Throws SluiceError (`Usage`) where nobody can be asked. */
export async function chooseObject(
  context: Context,
  store: ObjectStore,
  source: ExportRule['source'],
  command: string,
): Promise<ObjectInfo> {
  const { terminal, clock } = context;
  const place = `s3://${source.bucket}/${source.prefix}*${source.suffix}`;
  const { newest, seen } = await newestObjects(store, source);
  if (newest.length === 0)
    throw usage(`there is no object at ${place}`, 'Put one there, or check source.prefix and source.suffix.');
  const rows = newest.map(({ key, size, lastModified }, i) => [
    String(i + 1),
    printable(key),
    bytes(size),
    ago(lastModified.getTime(), clock()),
  ]);
  const titles = [{ title: '#', right: true }, { title: 'key' }, { title: 'size', right: true }, { title: 'written' }];
  if (!terminal.interactive || context.json) {
    throw usage('no object is given', `Give a key: ${lineFor(context, `${command} ${newest[0]?.key}`)}`);
  }
  terminal.err(`The newest objects at ${place}${seen >= LOOKED_THROUGH ? ` (of the first ${count(seen)})` : ''}:`);
  for (const line of table(titles, rows, terminal.columns)) terminal.err(line);
  const asked = (await terminal.ask('Which one? [1] ')).trim();
  const chosen = newest[asked === '' ? 0 : Number(asked) - 1];
  if (chosen === undefined)
    throw refused(
      `${asked} is none of them`,
      `Give a number from 1 to ${newest.length}, or a key on the command line.`,
    );
  return chosen;
}

async function newestObjects(store: ObjectStore, source: ExportRule['source']) {
  let newest: ObjectInfo[] = [];
  let seen = 0;
  for await (const info of store.list(source.bucket, source.prefix)) {
    if (++seen > LOOKED_THROUGH) break;
    if (!belongsTo(source, info)) continue;
    newest.push(info);
    if (newest.length >= OFFERED * 20) newest = latest(newest);
  }
  return { newest: latest(newest), seen };
}

function latest(objects: readonly ObjectInfo[]): ObjectInfo[] {
  return [...objects].sort((a, b) => b.lastModified.getTime() - a.lastModified.getTime()).slice(0, OFFERED);
}
