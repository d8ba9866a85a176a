/** A broker that is away for all three attempts that AWS makes of an event, and comes back. */
import { setTimeout as sleep } from 'node:timers/promises';
import { functionEnvironmentOf } from '../../local/endpoints.ts';
import { Aws, delivered, makeTopics } from '../support/deployed.ts';
import { plaintext } from '../support/kafka.ts';
import { ScratchProject } from '../support/scratch-project.ts';
import { describeWith, ownBroker } from '../support/stack.ts';

const RUN = `outage-${Date.now().toString(36)}`;
const FUNCTION = `${RUN}-local`;
const KEY = 'in/a.csv';
/** What AWS tries before an event goes to the queue of failed ones. */
const ATTEMPTS = 3;
const stack = ownBroker('export-outage-test', 6000);

const rule = `kind: export
name: ${RUN}
source: { bucket: ${RUN}, prefix: in/, format: csv, csv: { header: use } }
select: SELECT s.id FROM S3Object s
kafka: { connection: main, topic: ${RUN}, delivery: exactly-once, value: csv }
function: { timeout: 15s }
`;

// Gated by the shared broker: what its own needs of this machine is the same.
describeWith(['aws', 'kafka'], 'a broker that is away for longer than AWS tries an event', (endpoints) => {
  const aws = new Aws(endpoints.aws);
  let brokers: readonly string[];
  let project: ScratchProject;

  beforeAll(async () => {
    const { endpoints: own } = await stack.up(['kafka']);
    brokers = own.kafka!.brokers;
    await makeTopics(plaintext(brokers), [RUN]);
    const environment = functionEnvironmentOf({ ...endpoints, kafka: own.kafka! });
    project = await ScratchProject.make({ service: RUN, rules: { [RUN]: rule }, environment });
    await project.deploy();
  });

  afterAll(async () => {
    await project.remove({ deployed: true });
    await aws.deleteBucket(RUN);
    aws.close();
    await stack.down();
  });

  test('the object is exported without a hand', async () => {
    await stack.stop('kafka');
    await aws.put(RUN, KEY, Buffer.from('id\n1\n2\n3\n'));
    await untilRuns(aws, (results) => results.length >= ATTEMPTS);
    await stack.start('kafka');
    const results = await untilRuns(aws, (all) => all.includes('done'));
    expect(results.slice(0, ATTEMPTS)).toEqual(Array(ATTEMPTS).fill('failed'));
    expect(results.filter((result) => result === 'done')).toHaveLength(1);
    const values = (await delivered(plaintext(brokers), RUN)).map(({ value }) => value);
    expect(values.sort()).toEqual(['1', '2', '3']);
  });
});

async function untilRuns(aws: Aws, enough: (results: readonly string[]) => boolean): Promise<string[]> {
  for (const until = Date.now() + 250_000; ; await sleep(500)) {
    const results = (await aws.runsOf(FUNCTION)).map(({ result }) => result);
    if (enough(results)) return results;
    if (Date.now() > until) throw new Error(`the runs ended as ${results.join(', ')}`);
  }
}
