import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { functionEnvironmentOf } from '../../local/endpoints.ts';
import { Aws, deleteTopics, delivered, makeTopics } from '../support/deployed.ts';
import { plaintext } from '../support/kafka.ts';
import { ScratchProject } from '../support/scratch-project.ts';
import { describeWith } from '../support/stack.ts';

const RUN = `chain-${Date.now().toString(36)}`;
const FUNCTION = `${RUN}-local`;
const ROWS = 4_400;
const object = Buffer.from(`id,text\n${Array.from({ length: ROWS }, (_, i) => `${i},row ${i}\n`).join('')}`);

/** At this rate the object takes several times what the function has. */
const rule = `kind: export
name: ${RUN}
source: { bucket: ${RUN}, prefix: in/, format: csv, csv: { header: use } }
select: SELECT s.id FROM S3Object s
kafka: { connection: main, topic: ${RUN}, delivery: exactly-once, value: csv }
rate: { records: 500, instances: 2 }
function: { timeout: 5s }
`;

describeWith(['aws', 'kafka'], 'an object that takes longer than its function may run', (endpoints) => {
  const kafka = plaintext(endpoints.kafka.brokers);
  const aws = new Aws(endpoints.aws);
  let project: ScratchProject;

  beforeAll(async () => {
    await makeTopics(kafka, [RUN]);
    const environment = functionEnvironmentOf(endpoints);
    project = await ScratchProject.make({ service: RUN, rules: { [RUN]: rule }, environment });
    await project.deploy();
  });

  afterAll(async () => {
    await project.remove({ deployed: true });
    await aws.deleteBucket(RUN);
    aws.close();
    await deleteTopics(kafka, [RUN]);
  });

  test.each([
    ['plain', object],
    ['gzip', gzipSync(object)],
  ])('%s: the function invokes itself until all is exported, each record once', async (name, content) => {
    const key = `in/${name}.csv`;
    await aws.put(RUN, key, content);
    const runs = await chainOf(aws, key);
    const [first] = runs;
    expect(runs.length).toBeGreaterThan(3);
    expect(runs.map(({ part }) => part)).toEqual(runs.map((_, index) => index));
    expect(runs.map(({ result }) => result)).toEqual([...runs.slice(1).map(() => 'continued'), 'done']);
    expect(new Set(runs.map(({ chain }) => chain))).toEqual(new Set([first?.run]));
    expect(runs.map(({ trigger }) => trigger)).toEqual(runs.map(() => 's3'));
    expect(runs.at(-1)).toMatchObject({ scanned: ROWS, sent: ROWS, failed: 0, position: object.length });
    const ids = (await delivered(kafka, RUN)).filter(({ from }) => from.key === key).map(({ value }) => Number(value));
    expect(ids.sort((a, b) => a - b)).toEqual(Array.from({ length: ROWS }, (_, i) => i));
  });
});

async function chainOf(aws: Aws, wanted: string) {
  for (const until = Date.now() + 60_000; ; await sleep(200)) {
    const runs = (await aws.runsOf(FUNCTION)).filter(({ key }) => key === wanted);
    if (runs.some(({ result }) => result !== 'continued')) return runs.sort((a, b) => (a.part ?? 0) - (b.part ?? 0));
    if (Date.now() > until) throw new Error(`the chain of ${wanted} does not end: ${JSON.stringify(runs.at(-1))}`);
  }
}
