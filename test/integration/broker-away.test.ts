import { setTimeout as sleep } from 'node:timers/promises';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { openInstance } from '../../lib/export/instance.ts';
import { exportObject } from '../../lib/export/run.ts';
import { openAdmin } from '../../lib/kafka/admin.ts';
import { readProject, resolveExport } from '../../lib/rule/index.ts';
import { createSecretStore } from '../../lib/secret/store.ts';
import type { AwsEndpoint } from '../../local/endpoints.ts';
import { Aws, accessLogObject, delivered, expectedOf, makeTopics, valuesOf } from '../support/deployed.ts';
import { plaintext } from '../support/kafka.ts';
import { describeWith, ownBroker } from '../support/stack.ts';

const stack = ownBroker('broker-away-test', 3000);
const RUN = `broker-away-${Date.now().toString(36)}`;
const KEY = 'access/a.csv.gz';
const TOPIC = 'errors';

const ruleOf = ({ url, region }: AwsEndpoint) => `kind: export
name: broker-away
source:
  { bucket: ${RUN}, prefix: access/, format: csv, csv: { header: use }, trigger: none,
    endpoint: '${url}', region: ${region}, forcePathStyle: true, secret: store }
select: SELECT s.request_id, CAST(s.status AS INT) AS status, s.uri FROM S3Object s WHERE s.status >= 500
kafka: { connection: own, topic: ${TOPIC}, key: request_id, delivery: at-least-once }
rate: { records: 200, instances: 1 }
`;

// Gated by the shared broker: what its own needs of this machine is the same.
describeWith(['kafka', 'aws'], 'a broker that goes away in the middle of an export', (endpoints) => {
  const aws = new Aws(endpoints.aws);
  let brokers: readonly string[];

  beforeAll(async () => {
    await aws.s3.send(new CreateBucketCommand({ Bucket: RUN }));
    brokers = (await stack.up(['kafka'])).endpoints.kafka!.brokers;
    await makeTopics(plaintext(brokers), [TOPIC]);
  });

  afterAll(async () => {
    await stack.down();
    await aws.deleteBucket(RUN);
    aws.close();
  });

  test('and comes again: nothing is lost, and the run record tells what happened', async () => {
    const object = accessLogObject(20_000, 11);
    const { scanned, values } = expectedOf(object);
    await aws.put(RUN, KEY, object);
    const project = readProject(
      {
        rules: [{ path: 'rules/broker-away.yml', text: ruleOf(endpoints.aws) }],
        connections: { path: 'connections.yml', text: `kafka: { own: { brokers: ['${brokers.join("', '")}'] } }` },
      },
      {},
    );
    const { accessKeyId, secretAccessKey } = endpoints.aws;
    const secrets = createSecretStore({ fetch: async () => JSON.stringify({ accessKeyId, secretAccessKey }) });
    const instance = await openInstance(resolveExport(project, 'broker-away', 'test').bundle, secrets);
    try {
      const request = { ref: { bucket: RUN, key: KEY }, trigger: 'manual', run: 'r1', deadline: Date.now() + 120_000 };
      // The broker comes back when the run has met its absence: sooner, the client's own retries would hide it.
      let noticed: () => void = () => undefined;
      const absence = new Promise<void>((resolve) => {
        noticed = resolve;
      });
      const pause = (ms: number) => {
        noticed();
        return instance.ports.pause(ms);
      };
      const run = exportObject(instance.plan, { ...instance.ports, pause }, request);
      const before = await someRecords(brokers);
      await stack.stop('kafka');
      await absence;
      await stack.start('kafka');
      const record = await run;

      expect(before).toBeLessThan(values.length);
      expect(record).toMatchObject({ result: 'done', scanned, matched: values.length, failed: 0 });
      expect(record.sent).toBe(values.length);
      expect(record.incidents.map(({ code }) => code)).toContain('BrokerUnreachable');
      for (const { reason } of record.incidents) expect(reason).not.toBe('');

      // At least once: a batch whose answer the broker could not give any more may be there twice.
      const records = await delivered(plaintext(brokers), TOPIC);
      expect([...new Set(valuesOf(records))]).toEqual([...new Set(values)]);
      expect(records.length).toBeGreaterThanOrEqual(values.length);
    } finally {
      await instance.close();
    }
  });
});

/** How many records are in the topic, as soon as there are any. */
async function someRecords(brokers: readonly string[]): Promise<number> {
  const admin = await openAdmin(plaintext(brokers));
  try {
    for (;;) {
      const ranges = await admin.offsets(TOPIC);
      const records = ranges.reduce((sum, { low, high }) => sum + Number(high - low), 0);
      if (records > 0) return records;
      await sleep(50);
    }
  } finally {
    await admin.close();
  }
}
