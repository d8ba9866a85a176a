import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Compression } from '../format/options.ts';
import type { RandomAccess } from '../object/contract.ts';
import { decompress } from '../object/decompress/index.ts';
import { spooled } from '../object/random-access.ts';
import type { PreparedSelect, SelectSource } from '../select/contract.ts';
import type { Context } from './command.ts';
import { usage } from './exit.ts';

/** What a command reads records from. */
export interface Source {
  /** As the user would name it. */
  readonly name: string;
  /** How it turned out to be compressed. */
  readonly compression: string;
  readonly body: SelectSource;
}

export interface LocalOptions {
  /** How the query reads. Default: stream. */
  readonly access?: PreparedSelect['access'];
  /** Of a stream. Default: auto. */
  readonly compression?: Compression;
}

/**
 * A file, or standard input for `-`. Undefined: the argument is neither, so it names an object.
 * Throws SluiceError (`Usage`) for what can only have been meant as a file.
 */
export async function openLocal(
  { terminal }: Pick<Context, 'terminal'>,
  argument: string,
  { access = 'stream', compression = 'auto' }: LocalOptions = {},
): Promise<Source | undefined> {
  const random = access === 'random';
  if (argument === '-') {
    if (random) return stored('standard input', await spooled(terminal.input));
    return local('standard input', terminal.input, compression);
  }
  if (await isFile(argument)) {
    if (random) return stored(argument, await fileAccess(argument));
    return local(argument, createReadStream(argument, { highWaterMark: CHUNK }), compression);
  }
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

function stored(name: string, body: RandomAccess): Source {
  return { name, compression: 'none', body };
}

/** A file that is opened for each read, so that nobody need close it. What is no file on a disk, as a pipe, is kept. */
async function fileAccess(path: string): Promise<RandomAccess> {
  const found = await stat(path);
  if (!found.isFile()) return spooled(createReadStream(path, { highWaterMark: CHUNK }));
  return {
    size: found.size,
    async read(from, to) {
      const file = await open(path);
      try {
        const bytes = new Uint8Array(to - from);
        const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
        return bytes.subarray(0, bytesRead);
      } finally {
        await file.close();
      }
    },
  };
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile() || found.isFIFO() || found.isCharacterDevice(),
    () => false,
  );
}
