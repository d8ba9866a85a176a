import { CreateBucketCommand, DeleteObjectCommand, HeadBucketCommand } from '@aws-sdk/client-s3';
import { functionEnvironmentOf } from '../../local/endpoints.ts';
import {
  Aws,
  accessLogObject,
  deleteTopics,
  delivered,
  expectedOf,
  makeTopics,
  valuesOf,
} from '../support/deployed.ts';
import { plaintext } from '../support/kafka.ts';
import { exampleRule, ScratchProject } from '../support/scratch-project.ts';
import { describeWith } from '../support/stack.ts';

const RUN = `invoke-${Date.now().toString(36)}`;
const RULE = 'errors-to-kafka';
/** The bucket and the key that the samples name, and the example rule reads. */
const BUCKET = 'my-logs-local';
const KEY = 'access/2026/11/20/access.csv.gz';

// `serverless invoke local` deploys nothing: the rule may keep its name, and only its topic is this run's own.
describeWith(['aws', 'kafka', 'redis'], 'serverless invoke local with the samples', (endpoints) => {
  const kafka = plaintext(endpoints.kafka.brokers);
  const aws = new Aws(endpoints.aws);
  const topics = [RUN, `${RUN}.dead`];
  const object = accessLogObject(400, 31);
  const { values, scanned } = expectedOf(object);
  let project: ScratchProject;
  let madeBucket = false;

  beforeAll(async () => {
    await makeTopics(kafka, topics);
    madeBucket = await aws.s3.send(new HeadBucketCommand({ Bucket: BUCKET })).then(
      () => false,
      () => true,
    );
    if (madeBucket) await aws.s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
    await aws.put(BUCKET, KEY, object);
    project = await ScratchProject.make({
      service: RUN,
      rules: { [RULE]: await exampleRule({ name: RULE, topic: RUN, bucket: BUCKET }) },
      environment: functionEnvironmentOf(endpoints),
    });
  });

  afterAll(async () => {
    await project.remove({ deployed: false });
    if (madeBucket) await aws.deleteBucket(BUCKET);
    else await aws.s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: KEY }));
    aws.close();
    await deleteTopics(kafka, topics);
  });

  test.each(['s3.json', 'eventbridge.json'])('%s runs an export, and the command ends by itself', async (sample) => {
    const before = await delivered(kafka, RUN);
    const args = ['invoke', 'local', '--stage', 'local', '-f', RULE, '-p', `events/${sample}`];
    const { code, stdout, stderr } = await project.serverless(args, 90_000);
    // Null would mean that it had to be ended.
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`"scanned":${scanned},"matched":${values.length},"sent":${values.length}`);
    expect(valuesOf(await delivered(kafka, RUN))).toEqual([...valuesOf(before), ...values].sort());
  });
});
