import { SluiceError } from '../../../lib/failure/index.ts';
import { createSecretStore } from '../../../lib/secret/index.ts';
import { checkSink, type SinkCheckPorts } from '../../../lib/sink/check.ts';
import { type SinkParts, sinkBundle } from '../../support/sink-rule.ts';

const PORTS: SinkCheckPorts = {
  secrets: createSecretStore({ fetch: async () => '{}' }),
  clock: Date.now,
  target: async () => ({
    check: async () => [{ name: 'table', state: 'ok', detail: 'there', ms: 1 }],
    close: async () => undefined,
  }),
  kafka: {
    open: async () => ({
      brokers: async () => ['b:9092'],
      describeTopic: async (name) => ({ name, partitions: 3, config: { 'cleanup.policy': 'compact' } }),
      close: async () => undefined,
    }),
  },
  group: async () => 2,
};

const probe = (ports: Partial<SinkCheckPorts> = {}, parts: SinkParts = {}) =>
  checkSink(sinkBundle(['b:9092'], ['errors'], parts), { ...PORTS, ...ports });
const states = async (...args: Parameters<typeof probe>) =>
  Object.fromEntries((await probe(...args)).map(({ name, state }) => [name, state]));

test('looks at secrets, cluster, topics, groups and the target; a compacted topic is no harm to who reads it', async () => {
  expect(await states()).toEqual({
    'secret env:NONE': 'ok',
    'kafka main': 'ok',
    'topic errors': 'ok',
    'group sluice.local.words.errors': 'ok',
    table: 'ok',
  });
});

test('a group that may not be used is told with the right to ask for', async () => {
  const group = async () => {
    throw new SluiceError('GroupDenied', 'not let', { stage: 'kafka', fix: 'Let the owner run kafka-acls.sh.' });
  };
  const found = (await probe({ group })).find(({ name }) => name.startsWith('group'));
  expect(found).toMatchObject({ state: 'failed', detail: 'not let', fix: 'Let the owner run kafka-acls.sh.' });
});

test('a group without offsets says where it begins', async () => {
  const group = async () => 0;
  const found = await probe({ group }, { source: { from: { timestamp: '2026-01-01T00:00:00Z' } } });
  expect(found.find(({ name }) => name.startsWith('group'))?.detail).toContain('2026-01-01T00:00:00.000Z');
});

test('looks at the topic of the dead letters', async () => {
  expect(await states({}, { onError: { deadLetter: { topic: 'errors.dead' } } })).toMatchObject({
    'dead-letter topic errors.dead': 'warning',
  });
});

test('rights are asked for by what is done with a topic: the sink reads its own, and writes that of the dead letters', async () => {
  const asked: unknown[] = [];
  const open = async () => ({
    brokers: async () => ['b:9092'],
    describeTopic: async (name: string, use?: string) => {
      asked.push([name, use]);
      return { name, partitions: 1, config: undefined };
    },
    close: async () => undefined,
  });
  await probe({ kafka: { open } }, { onError: { deadLetter: { topic: 'errors.dead' } } });
  expect(asked).toEqual([
    ['errors', 'read'],
    ['errors.dead', 'write'],
  ]);
});

test('a target that cannot be opened is a probe that failed, and holds up no other', async () => {
  const target = async () => {
    throw new SluiceError('MissingSecret', 'no secret', { stage: 'secret' });
  };
  expect(await states({ target })).toMatchObject({ target: 'failed', 'topic errors': 'ok' });
});

test('what rests on Kafka is skipped where that is not reached', async () => {
  const open = async () => {
    throw new SluiceError('BrokerUnreachable', 'nothing listens', { stage: 'kafka' });
  };
  expect(await states({ kafka: { open } })).toMatchObject({
    'kafka main': 'failed',
    'topic errors': 'skipped',
    'group sluice.local.words.errors': 'skipped',
    table: 'ok',
  });
});
