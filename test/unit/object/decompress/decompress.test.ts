import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { SluiceError } from '../../../../lib/failure/index.ts';
import type { Compression } from '../../../../lib/format/options.ts';
import { decompress } from '../../../../lib/object/decompress/index.ts';
import { bzip2 } from '../../../support/bzip2.ts';
import { cutAt, drain } from '../../../support/chunks.ts';
import { skippableFrame, zstd } from '../../../support/zstd.ts';
import { accessLog } from './access-log.ts';

const text = Buffer.from('to be or not to be: aaaaaaaaaaaaaaaaaaaaaaaa\n');
const compressed = { gzip: gzipSync(text), bzip2: bzip2([text]), zstd: zstd([text]) };
const kinds = ['gzip', 'bzip2', 'zstd'] as const;

async function run(stored: Uint8Array, compression: Compression = 'auto', cuts: number[] = []) {
  const opened = await decompress(cutAt(stored, cuts), compression);
  return { compression: opened.compression, ...(await drain(opened.bytes)) };
}

describe('files of the real tools', () => {
  const file = (name: string) => readFileSync(join(__dirname, '../data', name));
  const log = accessLog();

  test.each([
    ['named.gz', 'gzip'],
    ['level1.bz2', 'bzip2'],
    ['level9.bz2', 'bzip2'],
    ['streams.bz2', 'bzip2'],
    ['level3.zst', 'zstd'],
    ['level19.zst', 'zstd'],
    ['no-check.zst', 'zstd'],
    ['frames.zst', 'zstd'],
  ])('%s', async (name, compression) => {
    const result = await run(file(name), 'auto', [3, 1000, 1001, 20_000]);
    expect(result.error).toBeUndefined();
    expect(result.compression).toBe(compression);
    expect(result.bytes.equals(log)).toBe(true);
  });
});

describe('what is not whole', () => {
  test.each(kinds)('a cut %s: every good byte, then TruncatedObject with their count', async (kind) => {
    const log = accessLog(200);
    const whole = { gzip: gzipSync(log), bzip2: Buffer.concat([bzip2([text]), bzip2([log])]), zstd: zstd([text, log]) }[
      kind
    ];
    const { bytes, error } = await run(whole.subarray(0, -9));
    expect(bytes.length).toBeGreaterThan(0);
    expect(error).toMatchObject({
      code: 'TruncatedObject',
      stage: 'object',
      retryable: false,
      context: { offset: bytes.length },
    });
    expect((error as SluiceError).message).toContain(`first ${bytes.length} decompressed bytes are good`);
  });

  test.each(kinds)('an empty object said to be %s', async (kind) => {
    expect(await run(Buffer.alloc(0), kind)).toMatchObject({
      error: { code: 'TruncatedObject', context: { offset: 0 } },
    });
  });

  test('an empty object is an empty text', async () => {
    expect(await run(Buffer.alloc(0))).toMatchObject({ compression: 'none', bytes: Buffer.alloc(0), error: undefined });
  });

  test.each(kinds)('a check sum of %s that is wrong', async (kind) => {
    const stored = Buffer.from(compressed[kind]);
    const at = kind === 'gzip' ? stored.length - 5 : stored.length - 2;
    stored[at] = (stored[at] as number) ^ 0x10;
    const { error } = await run(Buffer.concat([compressed[kind], stored]));
    expect(error).toMatchObject({ code: 'CorruptObject', fix: expect.stringContaining(`${kind} -t`) });
    expect((error as SluiceError).context.offset).toBe(kind === 'bzip2' ? 2 * text.length : text.length);
  });
});

describe('what stands behind the end', () => {
  test.each(kinds)('%s: zero bytes are padding', async (kind) => {
    expect(
      await run(Buffer.concat([compressed[kind], Buffer.alloc(700)]), 'auto', [compressed[kind].length]),
    ).toMatchObject({ bytes: text, error: undefined });
  });

  test.each(kinds)('%s: anything else is told, after every good byte', async (kind) => {
    for (const garbage of ['x', 'garbage that is longer than a header', '\0\0x']) {
      const { bytes, error } = await run(Buffer.concat([compressed[kind], Buffer.from(garbage)]));
      expect(bytes).toEqual(text);
      expect(error).toBeInstanceOf(SluiceError);
      expect(error).toMatchObject({ context: { offset: text.length } });
    }
  });
});

describe('what was said to be compressed', () => {
  test.each(kinds)('plain text is not %s', async (kind) => {
    expect(await run(text, kind)).toMatchObject({ bytes: Buffer.alloc(0), error: { code: 'CorruptObject' } });
  });

  test('none leaves compressed bytes as they are', async () => {
    expect((await run(compressed.gzip, 'none')).bytes).toEqual(compressed.gzip);
  });
});

describe('zstd', () => {
  test('skippable frames, in front and between', async () => {
    const note = skippableFrame(Buffer.from('a note'));
    const stored = Buffer.concat([note, zstd([text]), note, zstd([text], { single: true, checksum: false }), note]);
    expect(await run(stored)).toMatchObject({
      compression: 'zstd',
      bytes: Buffer.concat([text, text]),
      error: undefined,
    });
  });

  test('a dictionary is refused', async () => {
    const stored = Buffer.from('28b52ffd210700010000', 'hex');
    expect((await run(stored)).error).toMatchObject({
      code: 'UnsupportedCompression',
      message: expect.stringContaining('dictionary'),
    });
  });

  test('a window over 128 MiB is refused before it is allocated', async () => {
    const stored = Buffer.from('28b52ffd00a8010000', 'hex');
    expect((await run(stored)).error).toMatchObject({
      code: 'UnsupportedCompression',
      message: expect.stringContaining('128 MiB'),
    });
  });
});

describe('the source', () => {
  test.each(kinds)('%s: is read no further than its output is', async (kind) => {
    const zeros = Buffer.alloc(600_000);
    const member = {
      gzip: () => gzipSync(zeros),
      bzip2: () => compressed.bzip2,
      zstd: () => zstd(Array.from({ length: 5 }, () => zeros.subarray(0, 120_000))),
    }[kind]();
    let pulled = 0;
    const source = async function* () {
      for (; pulled < 1_000_000; pulled++) yield member;
    };
    const { bytes } = await decompress(source(), kind);
    const reader = bytes[Symbol.asyncIterator]();
    await reader.next();
    // bzip2 wants what may be a whole block before it decodes one.
    expect(pulled * member.length).toBeLessThan(kind === 'bzip2' ? 1_000_000 : 2 * member.length);
    await reader.return?.();
    expect((await reader.next()).done).toBe(true);
  });

  test.each([...kinds, 'none'] as const)('%s: is closed when the reader leaves', async (kind) => {
    let closed = false;
    const source = async function* () {
      try {
        for (;;) yield kind === 'none' ? text : compressed[kind];
      } finally {
        closed = true;
      }
    };
    const { bytes } = await decompress(source(), 'auto');
    for await (const _ of bytes) break;
    expect(closed).toBe(true);
  });

  test('that fails is not damage', async () => {
    const failure = new Error('the store is gone');
    const source = async function* () {
      yield compressed.gzip.subarray(0, 15);
      throw failure;
    };
    expect((await drain((await decompress(source(), 'auto')).bytes)).error).toBe(failure);
    const early = async function* (): AsyncGenerator<Uint8Array> {
      yield* [];
      throw failure;
    };
    await expect(decompress(early(), 'auto')).rejects.toBe(failure);
  });
});
