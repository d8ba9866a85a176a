import { CreateTableCommand, DeleteTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, DeleteObjectCommand, HeadBucketCommand } from '@aws-sdk/client-s3';
import { TABLE } from '../../lib/ledger/dynamodb/table.ts';
import { ledgerTable } from '../../lib/rule/deployment/names.ts';
import { functionEnvironmentOf } from '../../local/endpoints.ts';
import {
  Aws,
  accessLogObject,
  clientOptions,
  deleteTopics,
  delivered,
  expectedOf,
  makeTopics,
  valuesOf,
} from '../support/deployed.ts';
import { plaintext } from '../support/kafka.ts';
import { ScratchSchema } from '../support/postgres/schema.ts';
import { exampleRule, exampleSink, ScratchProject } from '../support/scratch-project.ts';
import { describeWith } from '../support/stack.ts';

const RUN = `invoke-${Date.now().toString(36)}`;
const RULE = 'errors-to-kafka';
const SINK = 'errors-to-postgres';
/** The bucket and the key that the samples name, and the example rule reads. */
const BUCKET = 'my-logs-local';
const KEY = 'access/2026/11/20/access.csv.gz';

// `serverless invoke local` deploys nothing: the rule may keep its name, and only its topic is this run's own.
describeWith(['aws', 'kafka', 'redis', 'postgres'], 'serverless invoke local with the samples', (endpoints) => {
  const kafka = plaintext(endpoints.kafka.brokers);
  const aws = new Aws(endpoints.aws);
  const topics = [RUN, `${RUN}.dead`];
  const dynamo = new DynamoDBClient(clientOptions(endpoints.aws));
  const schema = new ScratchSchema(endpoints.postgres.url);
  const TableName = ledgerTable('local', RUN);
  let project: ScratchProject;
  let madeBucket = false;

  beforeAll(async () => {
    await makeTopics(kafka, topics);
    await schema.create();
    madeBucket = await aws.s3.send(new HeadBucketCommand({ Bucket: BUCKET })).then(
      () => false,
      () => true,
    );
    if (madeBucket) await aws.s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
    project = await ScratchProject.make({
      service: RUN,
      rules: {
        [RULE]: await exampleRule({ name: RULE, topic: RUN, bucket: BUCKET }),
        [SINK]: await exampleSink(SINK, [/schema: public/, `schema: ${schema.name}`]),
      },
      environment: functionEnvironmentOf(endpoints),
    });
  });

  afterAll(async () => {
    await project.remove({ deployed: false });
    await schema.drop();
    if (madeBucket) await aws.deleteBucket(BUCKET);
    else await aws.s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: KEY }));
    await dynamo.send(new DeleteTableCommand({ TableName }));
    dynamo.destroy();
    aws.close();
    await deleteTopics(kafka, topics);
  });

  const invoked = (sample: string, rule = RULE) =>
    project.serverless(['invoke', 'local', '--stage', 'local', '-f', rule, '-p', `events/${sample}`], 90_000);

  test('before the stage is deployed there is no ledger: what to do is told', async () => {
    await aws.put(BUCKET, KEY, accessLogObject(10, 30));
    const { code, stdout, stderr } = await invoked('s3.json');
    expect(code).toBe(1);
    expect(stdout + stderr).toMatch(new RegExp(`there is no DynamoDB table .*${TableName}`));
    expect(stdout + stderr).toContain('serverless deploy --stage');
    expect(await delivered(kafka, RUN)).toEqual([]);
    await dynamo.send(new CreateTableCommand({ TableName, ...TABLE }));
    await waitUntilTableExists({ client: dynamo, maxWaitTime: 30 }, { TableName });
  });

  test.each([
    ['s3.json', 31],
    ['eventbridge.json', 32],
  ])('%s runs an export, and the command ends by itself', async (sample, seed) => {
    const object = accessLogObject(400, seed);
    const { values, scanned } = expectedOf(object);
    await aws.put(BUCKET, KEY, object);
    const before = await delivered(kafka, RUN);
    const { code, stdout, stderr } = await invoked(sample);
    // Null would mean that it had to be ended.
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`"scanned":${scanned},"matched":${values.length},"sent":${values.length}`);
    expect(valuesOf(await delivered(kafka, RUN))).toEqual([...valuesOf(before), ...values].sort());
  });

  test('kafka.json runs a sink: a row for the message, once', async () => {
    const first = await invoked('kafka.json', SINK);
    expect({ code: first.code, stderr: first.code === 0 ? '' : first.stderr }).toEqual({ code: 0, stderr: '' });
    expect(first.stdout).toMatch(/"read": 2,[^}]*"ignored": 1,\s+"written": 1,/);
    expect(await schema.rows('errors')).toEqual(['{"id":"req-1","status":500,"service":"orders"}']);
    const again = await invoked('kafka.json', SINK);
    expect(again.stdout).toMatch(/"written": 0,[^}]*"repeated": 1,/);
    expect(again.code).toBe(0);
  });
});
