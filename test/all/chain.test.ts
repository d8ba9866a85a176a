/** Objects of 2 GiB that no run gets through alone. */
import { Exporting } from '../support/exporting.ts';
import { LedgerTable } from '../support/ledger-table.ts';
import { exportLong } from '../support/long-chain.ts';
import { longObject } from '../support/long-object.ts';
import { describeWith } from '../support/stack.ts';

const MIB = 2 ** 20;
const BYTES = 2_048 * MIB;
const BATCH = 16 * MIB;

describeWith(['kafka', 'aws'], 'an object of 2 GiB', ({ kafka, aws }) => {
  const place = new LedgerTable(aws, 'long-chain');
  const exporting = new Exporting(aws, kafka);
  beforeAll(async () => {
    await place.create();
    await exporting.open();
  });
  afterAll(async () => {
    await exporting.close();
    await place.remove();
  });

  test.each([
    { ledger: 'dynamodb', stored: 'none', bytesARun: 140 * MIB, atLeast: 12 },
    { ledger: 'kafka', stored: 'none', bytesARun: 140 * MIB, atLeast: 12 },
    { ledger: 'dynamodb', stored: 'gzip', bytesARun: 420 * MIB, atLeast: 3 },
    { ledger: 'kafka', stored: 'gzip', bytesARun: 420 * MIB, atLeast: 3 },
  ] as const)(
    '$ledger, $stored: each record once, and little is read twice',
    async ({ ledger, stored, bytesARun, atLeast }) => {
      const object = longObject(exporting.bucket, BYTES, stored, `${ledger}-${stored}.csv`);
      const way = { ledger, bytesARun, bytesABatch: BATCH };
      const { runs, offsets } = await exportLong(exporting, kafka.brokers, place, object, way);
      expect(runs.map(({ result }) => result)).toEqual([...runs.slice(1).map(() => 'continued'), 'done']);
      expect(runs.length - 1).toBeGreaterThanOrEqual(atLeast);
      expect(offsets).toEqual(object.offsets);
      const most = object.info.size + (runs.length - 1) * BATCH;
      if (stored === 'none') expect(object.read()).toBeLessThanOrEqual(most);
    },
    600_000,
  );
});
