import { createHash } from 'node:crypto';
import { openParquet } from '../../../lib/format/parquet/file.ts';
import { bufferAccess, spooled } from '../../../lib/object/random-access.ts';
import { rejected } from '../../support/caught.ts';
import { copied, watched } from '../../support/parquet.ts';

async function linesOf(bytes: Uint8Array): Promise<string> {
  const file = await openParquet(bufferAccess(bytes));
  const out: Buffer[] = [];
  for await (const chunk of file.lines(
    file.columns.map(({ name }) => name),
    0,
  )) {
    out.push(Buffer.from(chunk));
  }
  return Buffer.concat(out).toString();
}

let file: Buffer;
beforeAll(async () => {
  file = await copied("SELECT i AS id, 'x' || i AS name FROM range(1000) t(i)");
});

it('reads what is whole', async () => {
  expect((await linesOf(file)).split('\n')[999]).toBe('{"id":999,"name":"x999"}');
});

it('decodes a large row group in parts, and reads it once', async () => {
  const count = 520_000;
  const text = "md5('' || i) || md5('x' || i)";
  const bytes = await copied(
    `SELECT i AS id, ${text} AS hash FROM range(${count}) t(i)`,
    `FORMAT parquet, ROW_GROUP_SIZE ${count}`,
  );
  const source = watched(bytes);
  const opened = await openParquet(source);
  const hash = createHash('md5');
  for await (const chunk of opened.lines(['id', 'hash'], 0)) hash.update(chunk);
  const lines = await copied(`SELECT i AS id, ${text} AS hash FROM range(${count}) t(i)`, 'FORMAT json');
  expect(hash.digest('hex')).toBe(createHash('md5').update(lines).digest('hex'));
  expect(source.reads.reduce((sum, [from, to]) => sum + to - from, 0)).toBeLessThan(bytes.length + 100_000);
}, 60_000);

describe('what is no readable Parquet file', () => {
  const patched = (change: (bytes: Buffer) => void) => () => {
    const bytes = Buffer.from(file);
    change(bytes);
    return bytes;
  };
  it.each<[what: string, bytes: () => Buffer, code: string, message: RegExp]>([
    ['nothing', () => Buffer.alloc(0), 'ParquetParsingError', /has 0 bytes/],
    ['text', () => Buffer.from('id,name\n1,x\n2,y\n'), 'ParquetParsingError', /of another format, or was cut/],
    ['cut', () => file.subarray(0, file.length - 20), 'ParquetParsingError', /of another format, or was cut/],
    ['cut in front', () => file.subarray(file.length - 60), 'ParquetParsingError', /footer says that it has/],
    ['encrypted', patched((bytes) => bytes.write('PARE', bytes.length - 4)), 'EncryptedParquet', /encrypted footer/],
    [
      'a damaged footer',
      patched((bytes) => bytes.fill(0xff, bytes.length - 200, bytes.length - 8)),
      'ParquetParsingError',
      /^the Parquet footer is damaged: /,
    ],
    [
      'damaged pages',
      patched((bytes) => bytes.fill(0xff, 4, 2000)),
      'ParquetParsingError',
      /^the Parquet file .* is damaged: /,
    ],
  ])('%s', async (_, bytes, code, message) => {
    const error = await rejected(linesOf(bytes()));
    expect(error).toMatchObject({ code, stage: 'format', retryable: false, message: expect.stringMatching(message) });
    expect(error).toHaveProperty('fix', expect.any(String));
  });

  it('a codec that is not read', async () => {
    const lz4 = await copied('SELECT 1 AS a FROM range(1000)', 'FORMAT parquet, COMPRESSION lz4_raw');
    expect(await rejected(linesOf(lz4))).toMatchObject({
      code: 'ParquetUnsupportedCompressionCodec',
      message: expect.stringContaining('LZ4_RAW'),
    });
  });
});

it('a stream is kept only as far as there is memory for it', async () => {
  const endless = (async function* () {
    const chunk = new Uint8Array(64 * 1024 * 1024);
    for (;;) yield chunk;
  })();
  expect(await rejected(spooled(endless))).toMatchObject({ code: 'SpoolLimit' });
});
