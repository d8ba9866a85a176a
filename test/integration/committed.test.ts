/** Transactions that overlap, and are aborted in another order than they began in: a reader sees none of them. */
import { randomUUID } from 'node:crypto';
import { type KafkaAdmin, openAdmin } from '../../lib/kafka/admin.ts';
import { createChannels } from '../../lib/kafka/channel.ts';
import { createProducer } from '../../lib/kafka/producer.ts';
import { consumeAll } from '../../lib/kafka/reading.ts';
import type { TransactionalChannel } from '../../lib/ledger/contract.ts';
import { plaintext, recordsOf, SOURCE } from '../support/kafka.ts';
import { describeWith } from '../support/stack.ts';

describeWith('kafka', 'a reader of what is committed', ({ kafka: { brokers } }) => {
  const endpoint = plaintext(brokers);
  const topic = `committed-${randomUUID()}`;
  const channelOf = createChannels({ endpoint, topic, compression: 'none', headers: false });
  const open: TransactionalChannel[] = [];
  let admin: KafkaAdmin;
  beforeAll(async () => {
    admin = await openAdmin(endpoint);
    await admin.createTopic(topic, 1);
  });
  afterAll(async () => {
    await Promise.all(open.map((channel) => channel.drop()));
    await admin.deleteTopic(topic);
    await admin.close();
  });

  /** Connecting ends the transaction of whoever had the id before. */
  async function connected(id: string): Promise<TransactionalChannel> {
    const channel = channelOf(`sluice.test.${topic}.${id}`);
    open.push(channel);
    await channel.connect();
    return channel;
  }
  async function send(channel: TransactionalChannel, value: string): Promise<void> {
    await channel.begin();
    await channel.send(recordsOf([value]), SOURCE);
  }

  test('sees nothing of those that were aborted, in whatever order', async () => {
    const ids = ['a', 'b', 'c'];
    for (const id of ids) await send(await connected(id), `${id}, aborted`);
    const successors = [];
    for (const id of ids.toReversed()) successors.push(await connected(id));
    for (const [i, successor] of successors.entries()) {
      await send(successor, `committed ${i}`);
      await successor.commit();
    }
    const producer = createProducer({ endpoint, topic, compression: 'none', headers: false });
    await producer.send(recordsOf(['end']), SOURCE);
    await producer.close();
    const values: string[] = [];
    await consumeAll(endpoint, topic, ({ value }) => values.push(String(value)), {
      enough: () => values.includes('end'),
    });
    expect(values).toEqual(['committed 0', 'committed 1', 'committed 2', 'end']);
  });
});
