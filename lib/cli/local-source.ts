import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Compression } from '../format/options.ts';
import { decompress } from '../object/decompress/index.ts';
import type { Context } from './command.ts';
import { usage } from './exit.ts';

/** What a command reads records from. */
export interface Source {
  /** As the user would name it. */
  readonly name: string;
  /** How it turned out to be compressed. */
  readonly compression: string;
  readonly body: AsyncIterable<Uint8Array>;
}

/**
 * A file, or standard input for `-`. Undefined: the argument is neither, so it names an object.
 * Throws SluiceError (`Usage`) for what can only have been meant as a file.
 */
export async function openLocal(
  { terminal }: Pick<Context, 'terminal'>,
  argument: string,
  compression: Compression = 'auto',
): Promise<Source | undefined> {
  if (argument === '-') return local('standard input', terminal.input, compression);
  if (await isFile(argument)) return local(argument, createReadStream(argument, { highWaterMark: CHUNK }), compression);
  if (!/^(\.{0,2}|~)\//.test(argument)) return undefined;
  throw usage(
    `there is no file ${resolve(argument)}`,
    'Check the path. An object is named by its key or as s3://bucket/key.',
  );
}

const CHUNK = 1024 * 1024;

async function local(name: string, chunks: AsyncIterable<Uint8Array>, compression: Compression): Promise<Source> {
  const { bytes, compression: found } = await decompress(chunks, compression);
  return { name, compression: found, body: bytes };
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile() || found.isFIFO() || found.isCharacterDevice(),
    () => false,
  );
}
