import { GetQueueAttributesCommand, GetQueueUrlCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { SluiceError } from '../../failure/index.ts';
import { awsFailure, IMPATIENT, isNamed } from './failure.ts';
import type { Queues } from './ports.ts';

const MISSING = ['QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue'];

export function sqsQueues(client: Pick<SQSClient, 'send'> = new SQSClient(IMPATIENT)): Queues {
  const urls = new Map<string, Promise<string>>();
  const urlOf = (name: string): Promise<string> => {
    const known = urls.get(name);
    if (known !== undefined) return known;
    const asked = client.send(new GetQueueUrlCommand({ QueueName: name })).then(({ QueueUrl = '' }) => QueueUrl);
    urls.set(name, asked);
    asked.catch(() => urls.delete(name));
    return asked;
  };
  return {
    async waiting(name) {
      try {
        const { Attributes = {} } = await client.send(
          new GetQueueAttributesCommand({
            QueueUrl: await urlOf(name),
            AttributeNames: [
              'ApproximateNumberOfMessages',
              'ApproximateNumberOfMessagesDelayed',
              'ApproximateNumberOfMessagesNotVisible',
            ],
          }),
        );
        return Object.values(Attributes).reduce((sum, each) => sum + Number(each), 0);
      } catch (error) {
        if (isNamed(error, ...MISSING)) return undefined;
        throw awsFailure(error, `ask the queue ${name}`, 'sqs:GetQueueUrl and GetQueueAttributes');
      }
    },
    async send(name, body) {
      try {
        await client.send(new SendMessageCommand({ QueueUrl: await urlOf(name), MessageBody: body }));
      } catch (error) {
        if (!isNamed(error, ...MISSING)) throw awsFailure(error, `send to the queue ${name}`, 'sqs:SendMessage');
        throw new SluiceError('MissingQueue', `there is no queue ${name} on AWS`, {
          stage: 'cli',
          fix: 'It is part of the deployed rule: deploy it (sluice deploy), or give the --stage that it was deployed to.',
          cause: error,
        });
      }
    },
  };
}
