/** Objects that stand still and events that are parked, over real ledgers, as the CLI lists and moves them. */
import { randomUUID } from 'node:crypto';
import { CreateTableCommand, DeleteTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { CreateQueueCommand, DeleteQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { sqsQueues } from '../../lib/cli/aws/queues.ts';
import { createParkedEvents } from '../../lib/ledger/dynamodb/parked.ts';
import { TABLE } from '../../lib/ledger/dynamodb/table.ts';
import { Backfilling } from '../support/backfilling.ts';
import {
  CONNECTIONS,
  DEPLOYED,
  functionsOf,
  projectOf,
  removeProjects,
  sluice,
  standstillOf,
} from '../support/cli-fakes.ts';
import { clientOptions } from '../support/deployed.ts';
import { RULE } from '../support/errors-rule.ts';
import { LEDGERS } from '../support/exact.ts';
import { describeWith } from '../support/stack.ts';

afterAll(removeProjects);

describeWith(['aws', 'kafka'], 'sluice resume', ({ aws, kafka }) => {
  describe.each(LEDGERS)('ledger: %s', (ledger) => {
    const filling = new Backfilling(aws, kafka, ledger);
    filling.select = 'SELECT CAST(s.id AS INT) AS id FROM S3Object s';
    beforeAll(() => filling.open());
    afterAll(() => filling.close());

    test('goes on at the record where the object stood, when the rule is mended', async () => {
      const key = await filling.putObject('stands.csv', 'id\n1\n2\nthree\n4\n');
      await filling.putObject('passes.csv', 'id\n7\n');
      const filled = await filling.sluice(['backfill']);
      expect(filled.code).toBe(1);
      expect(JSON.parse(filled.out)).toMatchObject({
        exported: 1,
        stopped: 1,
        left: [{ key, error: { code: 'CastFailed' } }],
      });
      expect(JSON.parse(filled.out).left[0].error.fix).toContain(`sluice resume fill '${key}'`);
      const stood = await filling.sluice(['resume', key]);
      expect(stood.code).toBe(1);
      expect(JSON.parse((await filling.sluice(['logs'])).out).stopped).toMatchObject([{ key, position: { byte: 7 } }]);

      filling.select = "SELECT CASE WHEN s.id = 'three' THEN 3 ELSE CAST(s.id AS INT) END AS id FROM S3Object s";
      await filling.writeRule();
      const resumed = await filling.sluice(['resume', key]);
      expect(JSON.parse(resumed.out)).toMatchObject({ exported: 1, sent: 4, stopped: 0 });
      expect(resumed.code).toBe(0);
      expect(await filling.values()).toEqual([1, 2, 3, 4, 7].map((id) => JSON.stringify({ id })));
      expect(JSON.parse((await filling.sluice(['resume'])).out)).toMatchObject({ objects: 0 });
    });

    test('what was replaced since can be taken off the list', async () => {
      filling.select = 'SELECT CAST(s.id AS INT) AS id FROM S3Object s';
      await filling.writeRule();
      const key = await filling.putObject('replaced.csv', 'id\nx\n');
      await filling.sluice(['trigger', key]);
      await filling.putObject('replaced.csv', 'id\n9\n');
      const stopped = async () => JSON.parse((await filling.sluice(['logs'])).out).stopped;
      expect(await stopped()).toMatchObject([{ key }]);
      const { code, out } = await filling.sluice(['resume', key, '--forget']);
      expect([code, JSON.parse(out).forgotten]).toEqual([0, 1]);
      expect(await stopped()).toEqual([]);
      expect((await filling.sluice(['trigger', key])).code).toBe(0);
    });
  });
});

describeWith('aws', 'sluice redrive', ({ aws }) => {
  const client = new DynamoDBClient(clientOptions(aws));
  const sqs = new SQSClient(clientOptions(aws));
  const name = `redrive${randomUUID().slice(0, 8)}`;
  const parked = createParkedEvents(client, name, { stage: 'dev', rule: name });
  let QueueUrl = '';
  beforeAll(async () => {
    await client.send(new CreateTableCommand({ TableName: name, ...TABLE }));
    await waitUntilTableExists({ client, maxWaitTime: 30 }, { TableName: name });
    ({ QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: `${name}-dev-failed` })));
  });
  afterAll(async () => {
    await client.send(new DeleteTableCommand({ TableName: name }));
    await sqs.send(new DeleteQueueCommand({ QueueUrl }));
    client.destroy();
    sqs.destroy();
  });

  test('moves what is parked into the queue, and list counts both', async () => {
    const cwd = await projectOf({
      [`rules/${name}.yml`]: RULE.replace('errors', name),
      'connections.yml': CONNECTIONS,
    });
    const events = Array.from({ length: 5 }, (_, i) => JSON.stringify({ sluice: 'export', bucket: 'b', key: `${i}` }));
    for (const [i, event] of events.entries()) {
      const reason = { code: 'TopicDenied', reason: 'not allowed' };
      await parked.put({ event, reason, since: i + 1, object: { bucket: 'b', key: `${i}` } });
    }
    const scene = {
      cwd,
      aws: {
        functions: async () => functionsOf([{ ...DEPLOYED, name: `${name}-dev` }]),
        standstill: async () => ({ ...standstillOf(), parked }),
        queues: async () => sqsQueues(sqs),
      },
    };
    const waiting = async () => JSON.parse((await sluice(['list', '--json'], scene)).out).rules[0].waiting;
    expect(await waiting()).toMatchObject({ parked: 5, queued: 0 });
    const { code, out } = await sluice(['redrive', name, '--yes'], scene);
    expect([code, out]).toEqual([0, expect.stringContaining('5 events put back')]);
    expect(await waiting()).toMatchObject({ parked: 0, queued: 5 });
    const received: string[] = [];
    while (received.length < events.length) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 5 }),
      );
      if (Messages.length === 0) break;
      received.push(...Messages.map(({ Body = '' }) => Body));
    }
    expect(received.sort()).toEqual(events);
  });

  test('a queue that is not there', async () => {
    expect(await sqsQueues(sqs).waiting(`${name}-none`)).toBeUndefined();
    await expect(sqsQueues(sqs).send(`${name}-none`, '{}')).rejects.toMatchObject({ code: 'MissingQueue' });
  });
});
