import net, { type AddressInfo } from 'node:net';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CreateBucketCommand, PutBucketNotificationConfigurationCommand } from '@aws-sdk/client-s3';
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { RunRecord } from '../../lib/telemetry/run-record.ts';
import { environmentOf } from '../../local/endpoints.ts';
import type { Background } from '../support/background.ts';
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
import { exampleRule, ScratchProject } from '../support/scratch-project.ts';
import { describeWith } from '../support/stack.ts';

const RUN = `localstack-${Date.now().toString(36)}`;
const FUNCTION = `${RUN}-local`;

/**
 * serverless-offline serves the function as Lambda does, but polls no queue: the test receives the messages, and hands
 * them over in the shape in which Lambda's event source would.
 */
describeWith(
  ['localstack', 'kafka', 'redis'],
  'S3 and SQS of LocalStack, the function under serverless-offline',
  (endpoints) => {
    const { localstack, redis } = endpoints;
    const kafka = plaintext(endpoints.kafka.brokers);
    const topics = [RUN, `${RUN}.dead`];
    const aws = new Aws(localstack);
    const sqs = new SQSClient(clientOptions(localstack));
    let project: ScratchProject;
    let offline: Background;
    let lambda: LambdaClient;
    let queue: { readonly url: string; readonly arn: string };

    beforeAll(async () => {
      await makeTopics(kafka, topics);
      await aws.s3.send(new CreateBucketCommand({ Bucket: RUN }));
      queue = await newQueue(sqs, RUN);
      await aws.s3.send(
        new PutBucketNotificationConfigurationCommand({
          Bucket: RUN,
          NotificationConfiguration: {
            QueueConfigurations: [
              {
                QueueArn: queue.arn,
                Events: ['s3:ObjectCreated:*'],
                Filter: { Key: { FilterRules: [{ Name: 'prefix', Value: 'access/' }] } },
              },
            ],
          },
        }),
      );
      // LocalStack has its DynamoDB from the network, and only when it is first asked for.
      const example = await exampleRule({ name: RUN, topic: RUN, bucket: RUN, trigger: 'sqs' });
      const rule = example.replace('delivery: exactly-once', 'delivery: at-least-once');
      project = await ScratchProject.make({
        service: RUN,
        rules: { [RUN]: rule },
        environment: environmentOf({ aws: localstack, kafka: endpoints.kafka, redis }),
      });
      const [lambdaPort, httpPort, websocketPort] = await freePorts(3);
      offline = project.serverlessInBackground([
        ...['offline', '--stage', 'local', '--host', '127.0.0.1'],
        ...['--lambdaPort', `${lambdaPort}`, '--httpPort', `${httpPort}`, '--websocketPort', `${websocketPort}`],
      ]);
      await offline.answersAt(lambdaPort!);
      lambda = new LambdaClient(clientOptions({ ...localstack, url: `http://127.0.0.1:${lambdaPort}` }));
    });

    afterAll(async () => {
      await offline?.stop();
      lambda?.destroy();
      await project?.remove({ deployed: false });
      if (queue !== undefined) await sqs.send(new DeleteQueueCommand({ QueueUrl: queue.url }));
      sqs.destroy();
      await aws.deleteBucket(RUN);
      aws.close();
      await deleteTopics(kafka, topics);
    });

    /** Invokes the function with messages as Lambda's event source for SQS does. */
    async function invoke(messages: readonly Message[]): Promise<{ runs: RunRecord[]; batchItemFailures?: object[] }> {
      const Records = messages.map(({ MessageId, ReceiptHandle, Body, Attributes, MD5OfBody }) => ({
        messageId: MessageId,
        receiptHandle: ReceiptHandle,
        body: Body,
        attributes: Attributes,
        messageAttributes: {},
        md5OfBody: MD5OfBody,
        eventSource: 'aws:sqs',
        eventSourceARN: queue.arn,
        awsRegion: localstack.region,
      }));
      const answer = await lambda.send(
        new InvokeCommand({ FunctionName: FUNCTION, Payload: JSON.stringify({ Records }) }),
      );
      const text = Buffer.from(answer.Payload ?? []).toString();
      if (answer.FunctionError !== undefined) throw new Error(`${text}\n${offline.output}`);
      return JSON.parse(text) as { runs: RunRecord[] };
    }

    test('an object that is put becomes the records that another program counts', async () => {
      const key = 'access/a b+c/größe & 日本.csv.gz';
      const object = accessLogObject(500, 21);
      const { scanned, values } = expectedOf(object);
      await aws.put(RUN, 'elsewhere/outside.csv.gz', accessLogObject(10, 22));
      const { ETag } = await aws.put(RUN, key, object);
      const messages = await receive(sqs, queue.url, key);
      const { runs, batchItemFailures } = await invoke(messages);
      expect(runs).toMatchObject([
        { rule: RUN, trigger: 'sqs', bucket: RUN, key, result: 'done', scanned, sent: values.length, failed: 0 },
      ]);
      expect(batchItemFailures ?? []).toEqual([]);
      const records = await delivered(kafka, RUN);
      expect(valuesOf(records)).toEqual(values);
      for (const { from } of records)
        expect(from).toMatchObject({ bucket: RUN, key, version: ETag?.replaceAll('"', '') });
    });
  },
);

async function newQueue(sqs: SQSClient, QueueName: string) {
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName }));
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
  return { url: QueueUrl ?? '', arn: Attributes?.['QueueArn'] ?? '' };
}

/** All messages up to the one of this key; S3's test event, which comes first, is among them. */
async function receive(sqs: SQSClient, QueueUrl: string, key: string): Promise<readonly Message[]> {
  const messages: Message[] = [];
  const keyOf = ({ Body = '{}' }: Message) =>
    (JSON.parse(Body) as { Records?: { s3: { object: { key: string } } }[] }).Records?.[0]?.s3.object.key;
  while (!messages.some((message) => decodeURIComponent((keyOf(message) ?? '').replaceAll('+', ' ')) === key)) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 5, AttributeNames: ['All'] }),
    );
    messages.push(...Messages);
  }
  return messages;
}

/** Ports that nobody listens on; held together until all are known, so that they differ. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => net.createServer());
  const ports = servers.map(
    (server) =>
      new Promise<number>((resolve) => {
        server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
      }),
  );
  const found = await Promise.all(ports);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return found;
}
