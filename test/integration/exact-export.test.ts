/** Whole exports over both ledgers: runs that stop in their middle and come back, and copies of one event. */
import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { ExportInstance } from '../../lib/export/instance.ts';
import type { ExactPorts } from '../../lib/export/plan.ts';
import { exportObject } from '../../lib/export/run.ts';
import { createProducer } from '../../lib/kafka/producer.ts';
import { consumeAll } from '../../lib/kafka/reading.ts';
import type { RunRecord } from '../../lib/telemetry/run-record.ts';
import { Exporting } from '../support/exporting.ts';
import { plaintext, recordsOf } from '../support/kafka.ts';
import { PAUSES, pausing } from '../support/ledger/zombies.ts';
import { LedgerTable } from '../support/ledger-table.ts';
import { describeWith } from '../support/stack.ts';

const ROWS = 10_000;
const DEATHS = 10;
/** Batches of 500 rows, and no waiting. */
const RATE = { records: 500, burst: 10_000_000, instances: 1 };
const person = (id: number) => JSON.stringify({ id: `${id}`, name: `n\n${id}` });
const CONTENT = `id,name\r\n${Array.from({ length: ROWS }, (_, id) => `${id},"n\n${id}"\r\n`).join('')}`;
const EXPECTED = Array.from({ length: ROWS }, (_, id) => person(id));

const CASES = (['dynamodb', 'kafka'] as const).flatMap((ledger) =>
  (['none', 'gzip'] as const).map((compression) => ({ ledger, compression })),
);

describeWith(['kafka', 'aws'], 'an export exactly once', ({ kafka, aws }) => {
  const place = new LedgerTable(aws, 'exact-export');
  const exporting = new Exporting(aws, kafka);
  /** Leases run out at once: each death moves the clock on. */
  let shift = 0;
  const clock = () => Date.now() + shift;
  beforeAll(async () => {
    await place.create();
    await exporting.open();
  });
  afterAll(async () => {
    await exporting.close();
    await place.remove();
  });

  const instanceOf = ({ ledger, compression }: (typeof CASES)[number]) =>
    exporting.exactInstance({ rate: RATE, source: { compression }, kafka: { ledger } }, clock, place);
  const run = (key: string, { plan, ports }: Pick<ExportInstance<ExactPorts>, 'plan' | 'ports'>) =>
    exportObject(plan, ports, {
      ref: { bucket: exporting.bucket, key },
      trigger: 's3',
      run: randomUUID(),
      deadline: clock() + 300_000,
    });

  test.each(CASES)(
    'each record once, however often runs stand still and come back: $ledger, $compression',
    async (how) => {
      const key = await exporting.put(how.compression === 'gzip' ? gzipSync(CONTENT) : CONTENT);
      let wakeAll: () => void = () => undefined;
      const wake = new Promise<void>((resolve) => {
        wakeAll = resolve;
      });
      const zombies: Promise<RunRecord>[] = [];
      const instances: ExportInstance<ExactPorts>[] = [];
      for (let death = 0; death < DEATHS; death++) {
        const instance = await instanceOf(how);
        instances.push(instance);
        const pause = PAUSES[death % PAUSES.length] ?? 'before a commit';
        const { ledger, paused } = pausing(instance.ports.ledger, pause, 1 + (death % 2), wake);
        const zombie = run(key, { ...instance, ports: { ...instance.ports, ledger } });
        expect(await Promise.race([paused, zombie])).toBe('paused');
        zombies.push(zombie);
        shift += 120_000;
      }
      const last = await instanceOf(how);
      instances.push(last);
      const record = await run(key, last);
      expect(record).toMatchObject({ result: 'done', scanned: ROWS, matched: ROWS, sent: ROWS });
      wakeAll();
      const woken = await Promise.all(zombies);
      for (const { result, error } of woken) expect([result, error?.code]).toEqual(['failed', 'TakenOver']);
      expect(await run(key, last)).toMatchObject({ result: 'ignored', sent: ROWS, error: { code: 'AlreadyExported' } });
      await Promise.all(instances.map((instance) => instance.close()));
      expect(await valuesOf(key)).toEqual(EXPECTED);
    },
  );

  test.each(CASES)('each record once for three copies of one event at once: $ledger, $compression', async (how) => {
    const key = await exporting.put(how.compression === 'gzip' ? gzipSync(CONTENT) : CONTENT);
    const instances = await Promise.all([instanceOf(how), instanceOf(how), instanceOf(how)]);
    const first = await Promise.all(instances.map((instance) => run(key, instance)));
    const results = first.map(({ result }) => result);
    for (const [i, instance] of instances.entries()) {
      if (results[i] !== 'failed') continue;
      // As a caller does who tries again later.
      shift += 120_000;
      results[i] = (await run(key, instance)).result;
    }
    expect([...results].sort()).toEqual(['done', 'ignored', 'ignored']);
    await Promise.all(instances.map((instance) => instance.close()));
    expect(await valuesOf(key)).toEqual(EXPECTED);
  });

  /** What a read_committed reader sees, up to a record that was sent outside of all transactions, after them. */
  async function valuesOf(key: string): Promise<string[]> {
    const endpoint = plaintext(kafka.brokers);
    const { topic, bucket } = exporting;
    const end = randomUUID();
    const producer = createProducer({ endpoint, topic, compression: 'none', headers: true });
    await producer.send(recordsOf(['end']), { bucket, key: end, version: 'v1' });
    await producer.close();
    const values: string[] = [];
    let over = false;
    await consumeAll(
      endpoint,
      topic,
      ({ headers, value }) => {
        if (String(headers['sluice-key']) === key) values.push(String(value));
        if (String(headers['sluice-key']) === end) over = true;
      },
      { enough: () => over },
    );
    return values;
  }
});
