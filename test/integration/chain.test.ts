/** Objects that no run gets through alone. */
import { Exporting } from '../support/exporting.ts';
import { LedgerTable } from '../support/ledger-table.ts';
import { exportLong } from '../support/long-chain.ts';
import { longObject } from '../support/long-object.ts';
import { describeWith } from '../support/stack.ts';

const MIB = 2 ** 20;

describeWith(['kafka', 'aws'], 'an object that takes many runs', ({ kafka, aws }) => {
  const place = new LedgerTable(aws, 'chain');
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
    { ledger: 'dynamodb', stored: 'none', bytes: 256 * MIB, bytesARun: 24 * MIB, bytesABatch: 12 * MIB, atLeast: 9 },
    { ledger: 'kafka', stored: 'gzip', bytes: 32 * MIB, bytesARun: 8 * MIB, bytesABatch: 4 * MIB, atLeast: 3 },
  ] as const)('$ledger, $stored: each record once, and little is read twice', async (how) => {
    const { stored, bytes, bytesABatch, atLeast } = how;
    const object = longObject(exporting.bucket, bytes, stored);
    const { runs, offsets } = await exportLong(exporting, kafka.brokers, place, object, how);
    expect(runs.map(({ result }) => result)).toEqual([...runs.slice(1).map(() => 'continued'), 'done']);
    expect(runs.length - 1).toBeGreaterThanOrEqual(atLeast);
    expect(runs.at(-1)).toMatchObject({ sent: object.offsets.length, position: object.length });
    expect(offsets).toEqual(object.offsets);
    if (stored === 'none') {
      expect(object.read()).toBeLessThanOrEqual(object.info.size + (runs.length - 1) * bytesABatch);
    }
  });
});
