/** What a user hears who lacks one of the rights that exactly once takes: of `check`, and of a run's channel. */
import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs, { type AclEntry } from 'kafkajs';
import { KAFKA_PROBES } from '../../lib/export/check/kafka.ts';
import { createClient } from '../../lib/kafka/connection.ts';
import type { KafkaEndpoint } from '../../lib/kafka/contract.ts';
import { prefixOf } from '../../lib/ledger/names.ts';
import type { SecuredKafka } from '../../local/endpoints.ts';
import { Channels, newId } from '../support/channels.ts';
import { failureOf } from '../support/failure.ts';
import { plaintext } from '../support/kafka.ts';
import { describeWith } from '../support/stack.ts';

describeWith('kafka', 'the rights of a transaction', ({ kafka: { brokers, secured } }) => {
  if (secured === undefined) test.skip('the broker has no listener that asks who one is', () => undefined);
  else describe('of a user with few', () => withRights(brokers, secured));
});

function withRights(brokers: readonly string[], { sasl, guest }: SecuredKafka): void {
  const { AclResourceTypes: Type, AclOperationTypes: May, AclPermissionTypes, ResourcePatternTypes: Pattern } = kafkajs;
  const name = `rights${Math.random().toString(36).slice(2)}`;
  const prefix = prefixOf({ stage: name, rule: 'errors' });
  const endpoint: KafkaEndpoint = { brokers: sasl, clientId: 'sluice-test', auth: { mechanism: 'plain', ...guest } };
  const owner = createClient(plaintext(brokers)).admin();
  const right = (resourceType: number, resourceName: string, resourcePatternType: number, operation: number) => ({
    resourceType,
    resourceName,
    resourcePatternType,
    principal: `User:${guest.username}`,
    host: '*',
    operation,
    permissionType: AclPermissionTypes.ALLOW,
  });
  const rights: Readonly<Record<string, AclEntry>> = {
    'Write on the transactional id': right(Type.TRANSACTIONAL_ID, prefix, Pattern.PREFIXED, May.WRITE),
    'Read on the group': right(Type.GROUP, prefix, Pattern.PREFIXED, May.READ),
    'Write on the topic': right(Type.TOPIC, name, Pattern.LITERAL, May.WRITE),
    'Read on the topic': right(Type.TOPIC, name, Pattern.LITERAL, May.READ),
  };
  const others = (without?: string) =>
    Object.entries(rights).flatMap(([each, entry]) => (each === without ? [] : [entry]));

  /** What is said when those rights have come into force: until then, that too much is missing. */
  async function said(expected: RegExp): Promise<{ readonly code: string; readonly fix: string }> {
    for (const end = performance.now() + 10_000; ; await sleep(50)) {
      const found = await KAFKA_PROBES.transaction(endpoint, {
        id: `${prefix}check.${Math.random()}`,
        topic: name,
      }).then(
        () => ({ code: 'none', fix: '' }),
        ({ code, fix }: { code: string; fix: string }) => ({ code, fix }),
      );
      if (expected.test(found.code) || performance.now() > end) return found;
    }
  }

  beforeAll(async () => {
    await owner.connect();
    await owner.createTopics({ topics: [{ topic: name, numPartitions: 1 }] });
  });
  afterEach(() => owner.deleteAcls({ filters: others() }));
  afterAll(async () => {
    await owner.deleteTopics({ topics: [name] });
    await owner.disconnect();
  });

  test('who has them all may go on, and leaves no record behind', async () => {
    await owner.createAcls({ acl: others() });
    expect(await said(/none/)).toMatchObject({ code: 'none' });
    // The end of a transaction that has sent nothing is written nowhere.
    expect(await owner.fetchTopicOffsets(name)).toMatchObject([{ partition: 0, high: '0' }]);
  });

  test.each([
    [
      'Write on the transactional id',
      'TransactionalIdDenied',
      /--operation Write --operation Describe --transactional-id sluice\. --resource-pattern-type prefixed/,
    ],
    ['Read on the group', 'GroupDenied', /--operation Read --group sluice\. --resource-pattern-type prefixed/],
    ['Read on the topic', 'TopicDenied', /--operation Read --topic rights/],
  ])('without %s: %s, and the command that gives it', async (missing, code, fix) => {
    await owner.createAcls({ acl: others(missing) });
    const found = await said(new RegExp(code));
    expect(found).toMatchObject({ code, fix: expect.stringMatching(fix) });
  });

  describe('whose channel', () => {
    const channels = new Channels(brokers);
    beforeAll(() => channels.topics.open());
    beforeEach(() => channels.begin());
    afterEach(() => channels.end());
    afterAll(() => channels.topics.close());

    test('may not have its transactional id: the error names it and the command that gives the right', async () => {
      const id = newId();
      const error = await failureOf(channels.of(id, {}, { endpoint }).connect());
      expect(error).toMatchObject({ code: 'TransactionalIdDenied', retryable: false });
      expect(error.message).toContain(id);
      expect(error.fix).toContain('--operation Write --operation Describe --transactional-id sluice.');
    });

    test('may not have its group: the same', async () => {
      const id = newId();
      const acl = [
        right(Type.TRANSACTIONAL_ID, id, Pattern.LITERAL, May.WRITE),
        right(Type.TRANSACTIONAL_ID, id, Pattern.LITERAL, May.DESCRIBE),
        right(Type.TOPIC, channels.topic, Pattern.LITERAL, May.DESCRIBE),
      ];
      await owner.createAcls({ acl });
      try {
        const channel = channels.of(id, {}, { endpoint });
        await channel.connect();
        const error = await failureOf(channel.readOffset());
        expect(error).toMatchObject({ code: 'GroupDenied', retryable: false });
        expect(error.fix).toContain('--operation Read --group sluice.');
      } finally {
        await owner.deleteAcls({ filters: acl });
      }
    });
  });
}
