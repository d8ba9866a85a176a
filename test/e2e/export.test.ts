import { PutBucketVersioningCommand } from '@aws-sdk/client-s3';
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

/** Tells what this run makes from what any other run left or is making. */
const RUN = `e2e-${Date.now().toString(36)}`;
const TRIGGERS = ['s3', 'eventbridge', 'sqs', 'sns'] as const;
const names = (trigger: string) => ({
  name: `${RUN}-${trigger}`,
  topic: `${RUN}-${trigger}`,
  bucket: `${RUN}-${trigger}`,
  functionName: `${RUN}-${trigger}-local`,
});

describeWith(['aws', 'kafka', 'redis'], 'the example rule, deployed with each trigger', (endpoints) => {
  const kafka = plaintext(endpoints.kafka.brokers);
  const aws = new Aws(endpoints.aws);
  const topics = TRIGGERS.flatMap((trigger) => [names(trigger).topic, `${names(trigger).topic}.dead`]);
  let project: ScratchProject;

  beforeAll(async () => {
    await makeTopics(kafka, topics);
    const rules = TRIGGERS.map(
      async (trigger) => [trigger, await exampleRule({ ...names(trigger), trigger })] as const,
    );
    project = await ScratchProject.make({
      service: RUN,
      rules: Object.fromEntries(await Promise.all(rules)),
      environment: functionEnvironmentOf(endpoints),
    });
    await project.deploy();
  });

  afterAll(async () => {
    await project.remove({ deployed: true });
    for (const trigger of TRIGGERS) await aws.deleteBucket(names(trigger).bucket);
    aws.close();
    await deleteTopics(kafka, topics);
  });

  test.each(TRIGGERS)(
    '[trigger: %s × deployed] objects become exactly the records that another program counts',
    async (trigger) => {
      const { bucket, topic, functionName, name } = names(trigger);
      const objects = new Map([
        ['access/2026/plain.csv.gz', accessLogObject(400, 1)],
        ['access/a b+c%20d/größe & 日本=1?.csv.gz', accessLogObject(600, 2)],
      ]);
      // Before the others, so that their runs would have come by the time the others' have.
      await aws.put(bucket, 'elsewhere/outside.csv.gz', accessLogObject(10, 3));
      await aws.put(bucket, 'access/outside.csv', accessLogObject(10, 4));
      const puts = [...objects].map(async ([key, object]) => [key, (await aws.put(bucket, key, object)).ETag] as const);
      const etags = new Map(await Promise.all(puts));

      const runs = await aws.runs(functionName, [...objects.keys()]);
      const records = await delivered(kafka, topic);

      expect(runs.map(({ key }) => key).sort()).toEqual([...objects.keys()].sort());
      for (const [key, object] of objects) {
        const { scanned, values } = expectedOf(object);
        const its = records.filter(({ from }) => from.key === key);
        expect(valuesOf(its)).toEqual(values);
        expect(runs.find((run) => run.key === key)).toMatchObject({
          rule: name,
          stage: 'local',
          trigger,
          bucket,
          topic,
          result: 'done',
          scanned,
          matched: values.length,
          sent: values.length,
          failed: 0,
          bytesStored: object.length,
          incidents: [],
        });
        for (const { key: messageKey, value, from } of its) {
          expect(messageKey).toBe((JSON.parse(value) as { request_id: string }).request_id);
          expect(from).toMatchObject({ bucket, version: etags.get(key)?.replaceAll('"', '') });
        }
      }
      expect(records.filter(({ from }) => !objects.has(from.key))).toEqual([]);
    },
  );

  test('each version of a key is exported, and its records name it', async () => {
    const { bucket, topic, functionName } = names('s3');
    const key = 'access/versioned.csv.gz';
    const objects = [accessLogObject(200, 5), accessLogObject(300, 6)];
    await aws.s3.send(
      new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status: 'Enabled' } }),
    );
    const versions: string[] = [];
    for (const object of objects) versions.push((await aws.put(bucket, key, object)).VersionId!);
    const runs = await aws.runs(functionName, [key, key]);
    const records = (await delivered(kafka, topic)).filter(({ from }) => from.key === key);
    for (const [index, version] of versions.entries()) {
      const { values } = expectedOf(objects[index]!);
      expect(valuesOf(records.filter(({ from }) => from.version === version))).toEqual(values);
      expect(runs.filter((run) => run.version === version)).toMatchObject([
        { key, result: 'done', sent: values.length },
      ]);
    }
    expect(records).toHaveLength(objects.flatMap((object) => expectedOf(object).values).length);
  });
});
