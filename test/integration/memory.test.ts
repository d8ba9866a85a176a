import { randomUUID } from 'node:crypto';
import { openAdmin } from '../../lib/kafka/admin.ts';
import type { RunRecord } from '../../lib/telemetry/run-record.ts';
import { runChild } from '../support/child.ts';
import { describeWith } from '../support/stack.ts';

const GIB = 2 ** 30;
const MB = 1e6;

describeWith('kafka', 'memory', ({ kafka }) => {
  const topic = `memory-${randomUUID()}`;
  const endpoint = { brokers: kafka.brokers, clientId: 'memory', auth: { mechanism: 'none' as const } };

  beforeAll(async () => {
    const admin = await openAdmin(endpoint);
    await admin.createTopic(topic, 6);
    await admin.close();
  });
  afterAll(async () => {
    const admin = await openAdmin(endpoint);
    await admin.deleteTopic(topic);
    await admin.close();
  });

  it.each(['none', 'gzip'])(
    'does not grow with the object: 2 GiB (stored: %s) in less than 200 MB',
    async (stored) => {
      const argument = { brokers: kafka.brokers, topic, bytes: 2 * GIB, stored };
      const { record, maxRss } = await runChild<{ record: RunRecord; maxRss: number }>('big-export', argument, 300_000);
      expect(record).toMatchObject({ result: 'done', failed: 0 });
      expect(record.bytesIn).toBeGreaterThanOrEqual(2 * GIB);
      expect(record.sent).toBeGreaterThan(0.05 * record.scanned);
      expect(maxRss).toBeLessThan(200 * MB);
    },
    300_000,
  );
});
