import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { PROJECT } from '../../../local/project.ts';
import { describeWith, ownBroker } from '../../support/stack.ts';

const stack = ownBroker('outage-test', 2000);

async function topics(brokers: readonly string[], create?: string): Promise<readonly string[]> {
  const admin = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING, retry: { retries: 2 } }).admin();
  await admin.connect();
  try {
    if (create !== undefined) await admin.createTopics({ topics: [{ topic: create, numPartitions: 1 }] });
    return await admin.listTopics();
  } finally {
    await admin.disconnect();
  }
}

// Gated by the shared broker: what it needs of this machine is the same.
describeWith('kafka', 'a broker of a test’s own', () => {
  afterAll(() => stack.down());

  test('keeps its data when it is killed, stopped and started again, and leaves nothing behind', async () => {
    const { brokers } = (await stack.up(['kafka'])).endpoints.kafka!;
    await topics(brokers, 'kept');

    await stack.kill('kafka');
    expect((await stack.status()).find(({ part }) => part === 'kafka')?.state).toBe('dead');
    await expect(topics(brokers)).rejects.toThrow();
    await stack.start('kafka');
    expect(await topics(brokers)).toContain('kept');

    await stack.restart('kafka');
    expect(await topics(brokers)).toContain('kept');

    await stack.down();
    const left = await readdir(path.join(PROJECT, '.local')).catch(() => []);
    expect(left.filter((name) => name.startsWith('outage-test'))).toEqual([]);
  });
});
