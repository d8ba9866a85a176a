import { batchesOf } from '../../../lib/export/reading.ts';
import { exportObject } from '../../../lib/export/run.ts';
import { Tally } from '../../../lib/export/tally.ts';
import { prepare } from '../../../lib/select/index.ts';
import { INFO, planOf, portsOf, storeOf } from '../../support/export-fakes.ts';
import { copied } from '../../support/parquet.ts';
import { texts } from '../../support/rows.ts';

const select = (sql: string) => prepare(sql, { input: { kind: 'parquet' }, output: { kind: 'json' } });

let file: Buffer;
beforeAll(async () => {
  file = await copied(
    "SELECT i AS id, CASE WHEN i % 3 = 0 THEN 503 ELSE 200 END AS status, md5('' || i) AS other FROM range(6000) t(i)",
    'FORMAT parquet, ROW_GROUP_SIZE 2048',
  );
});

async function run(sql: string) {
  const { ports, outcome, deadline } = portsOf({}, [], 10_000);
  const info = { ...INFO, size: file.length };
  const record = await exportObject(
    planOf([], { select: select(sql), compression: 'auto' }),
    { ...ports, store: storeOf(file, info) },
    { ref: info, trigger: 's3', run: 'r', deadline },
  );
  return { record, outcome };
}

test('[format: parquet × none] the selected rows, in order, and no more bytes than they need', async () => {
  const { record, outcome } = await run('SELECT s.id FROM S3Object s WHERE s.status >= 500');
  expect(record.error).toBeUndefined();
  expect(outcome.sent).toEqual(Array.from({ length: 2000 }, (_, i) => `{"id":${i * 3}}`));
  expect(record).toMatchObject({ result: 'done', scanned: 6000, sent: 2000, position: 6000, bytesStored: file.length });
  expect(record.bytesIn).toBeLessThan(file.length / 2);
});

test('a run that stops says at which row', async () => {
  const { record, outcome } = await run('SELECT 1 / (s.id - 4100) AS x FROM S3Object s');
  expect(outcome.sent).toHaveLength(4100);
  expect(record).toMatchObject({ result: 'stopped', position: 4100 });
  expect(record.error).toMatchObject({
    reason: expect.stringMatching(/^row 4100: /),
    context: { offset: 4100, length: 1 },
  });
});

test('a continuation goes on at the row that its ledger holds, and counts LIMIT on', async () => {
  const { ports } = portsOf({}, [], 10_000);
  const info = { ...INFO, size: file.length };
  const plan = planOf([], { select: select('SELECT s.id FROM S3Object s WHERE s.status = 503 LIMIT 1400') });
  const tally = new Tally(ports.clock);
  tally.goOnFrom({ byte: 4097, counts: { matched: 1366 } });
  const ids: string[] = [];
  for await (const batch of batchesOf(plan, { store: storeOf(file, info) }, info, tally)) {
    expect(batch.from).toBeGreaterThanOrEqual(4097);
    ids.push(...texts(batch.values, 0, batch.count));
  }
  expect(ids).toEqual(Array.from({ length: 34 }, (_, i) => `{"id":${4098 + i * 3}}`));
  expect(tally.bytesIn).toBeLessThan(file.length);
});

test('an object that is no Parquet stops the run for good', async () => {
  file = Buffer.from('id,status\n1,200\n');
  const { record } = await run('SELECT s.id FROM S3Object s');
  expect(record).toMatchObject({ result: 'stopped', error: { code: 'ParquetParsingError', retryable: false } });
});
