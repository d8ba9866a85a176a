import fc from 'fast-check';
import { SluiceError } from '../../../lib/failure/index.ts';
import { bufferAccess } from '../../../lib/object/random-access.ts';
import { prepare } from '../../../lib/select/index.ts';
import { FUZZ_TIMEOUT, fuzz, spoiled } from '../../support/fuzz.ts';
import { copied } from '../../support/parquet.ts';

const ROWS = `SELECT i AS id, 'é' || (i % 5) AS name, (i * 0.1)::DECIMAL(30, 4) AS amount, [i, NULL] AS items,
  TIMESTAMP '2026-01-01' + INTERVAL (i) SECOND AS moment, MAP {'k': i} AS tags, {'a': {'b': i % 2 = 0}} AS nested
  FROM range(300) t(i)`;
const CODECS = ['uncompressed', 'snappy', 'gzip', 'zstd'] as const;

let files: Buffer[];
beforeAll(async () => {
  files = await Promise.all(CODECS.map((codec) => copied(ROWS, `FORMAT parquet, COMPRESSION ${codec}`)));
});

async function read(bytes: Buffer): Promise<number> {
  const query = prepare('SELECT * FROM S3Object', { input: { kind: 'parquet' }, output: { kind: 'json' } });
  let scanned = 0;
  for await (const batch of query.run(bufferAccess(bytes))) {
    scanned += batch.scanned;
    expect(batch.to - batch.from).toBe(batch.scanned);
  }
  return scanned;
}

const survives = async (bytes: Buffer): Promise<void> => {
  const scanned = await read(bytes).catch((error: unknown) => {
    if (!(error instanceof SluiceError)) throw error;
    expect(error).toMatchObject({ retryable: false, fix: expect.any(String) });
    return 0;
  });
  expect(scanned).toBeLessThanOrEqual(1e6);
};

test(
  'a spoiled file is read or refused, never a crash',
  async () => {
    const good = fc.constantFrom(...files.keys()).map((i) => files[i]!);
    await fuzz('parquet', spoiled(good), survives);
  },
  FUZZ_TIMEOUT,
);

test(
  'a file with one byte changed likewise',
  async () => {
    const changed = fc
      .tuple(fc.constantFrom(...files.keys()), fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(255))
      .map(([i, at, byte]) => {
        const bytes = Buffer.from(files[i]!);
        bytes[Math.min(bytes.length - 1, Math.floor(at * bytes.length))] = byte;
        return bytes;
      });
    await fuzz('parquet', changed, survives);
  },
  FUZZ_TIMEOUT,
);
