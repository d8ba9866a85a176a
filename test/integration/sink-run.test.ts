/** A process that polls real topics into a table in memory, whose rows and offsets outlive it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { SluiceError } from '../../lib/failure/index.ts';
import type { TopicConsumer } from '../../lib/kafka/consumer.ts';
import { createProducer } from '../../lib/kafka/producer.ts';
import { consumeAll } from '../../lib/kafka/reading.ts';
import { consumerGroup } from '../../lib/rule/consumer-group.ts';
import type { Slice, StopStore } from '../../lib/sink/contract.ts';
import { topicLetters } from '../../lib/sink/letters/topic.ts';
import type { SinkPorts } from '../../lib/sink/plan.ts';
import { pollStops } from '../../lib/sink/poll-stops.ts';
import { resumeStops } from '../../lib/sink/resume.ts';
import { RowFault } from '../../lib/sink/row-fault.ts';
import { type Polling, pollSink } from '../../lib/sink/run.ts';
import type { SinkRunRecord } from '../../lib/telemetry/sink-run-record.ts';
import { plaintext } from '../support/kafka.ts';
import { RawTopics } from '../support/raw-topics.ts';
import { StopMemory, sceneOf, TableTarget, wordOf } from '../support/sink-fakes.ts';
import { type SinkParts, sinkBundle } from '../support/sink-rule.ts';
import { describeWith } from '../support/stack.ts';

const poison = ({ changes }: Slice) =>
  changes.some((change) => wordOf(change) === 'poison') ? new RowFault('NotNull', 'no') : undefined;

describeWith('kafka', 'polling', ({ kafka: { brokers } }) => {
  const endpoint = plaintext(brokers);
  const topics = new RawTopics(brokers, 'sink');
  beforeAll(() => topics.open());
  afterAll(() => topics.close());

  interface Run extends Partial<Polling> {
    readonly target: TableTarget;
    readonly stops?: StopStore;
    readonly letters?: SinkPorts['letters'];
    readonly logEnd?: SinkPorts['logEnd'];
    readonly parts?: SinkParts;
  }

  async function run(
    of: readonly string[],
    { target, stops = new StopMemory(), letters, logEnd, parts, ...polling }: Run,
  ) {
    const bundle = sinkBundle(brokers, of, { ...parts, source: { timeoutMs: 300, maxWaitMs: 50, ...parts?.source } });
    const records: SinkRunRecord[] = [];
    const scene = sceneOf(
      { onError: bundle.rule.onError.kind, batchMessages: bundle.rule.source.batch.records },
      target,
    );
    const ports = {
      ...scene.ports,
      stops,
      clock: Date.now,
      ...(letters === undefined ? {} : { letters }),
      ...(logEnd === undefined ? {} : { logEnd }),
    };
    const polled = await pollSink(
      bundle,
      { plan: scene.plan, ports, endpoint, close: async () => undefined },
      {
        signal: new AbortController().signal,
        batch: (record) => records.push(record),
        notice: () => undefined,
        ...polling,
      },
    );
    return { polled, records, bundle };
  }

  test('several topics and partitions, to their end; what came meanwhile is had by the next', async () => {
    const [first, second] = [await topics.create(3), await topics.create()];
    const target = new TableTarget();
    await topics.send(first, ['a', 'b'], 0);
    await topics.send(first, ['c'], 2);
    await topics.send(second, ['d']);
    const { polled, records, bundle } = await run([first, second], { target, parts: { source: { concurrency: 2 } } });
    expect(polled).toEqual({ ended: 'idle' });
    expect([...target.words].sort()).toEqual(['a', 'b', 'c', 'd']);
    expect(records.reduce((sum, { read }) => sum + read, 0)).toBe(4);
    expect(records[0]).toMatchObject({ kind: 'sink', trigger: 'run', stage: 'local', result: 'done', lag: 0 });
    expect(consumerGroup(bundle.rule, 'local', first)).toBe(`sluice.local.words.${first}`);
    await topics.send(second, ['e']);
    await run([first, second], { target });
    expect([...target.words].sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('the offsets of the target win over those of the group', async () => {
    const topic = await topics.create();
    await topics.send(topic, ['a', 'b', 'c']);
    await run([topic], { target: new TableTarget() });
    const restored = new TableTarget();
    restored.positions.set(`${topic}-0`, 1);
    const { records } = await run([topic], { target: restored });
    expect(restored.words).toEqual(['b', 'c']);
    expect(records).toMatchObject([{ read: 2, repeated: 0 }]);
  });

  test('a topic that was made anew is told, not passed over', async () => {
    const topic = await topics.create();
    await topics.send(topic, ['a']);
    const target = new TableTarget();
    target.positions.set(`${topic}-0`, 500);
    const end = async () => 1;
    await expect(run([topic], { target, logEnd: end, transactionMs: 0 })).rejects.toMatchObject({
      code: 'TopicRecreated',
      context: { topic, partition: 0 },
    });
  });

  test('what was settled beyond an open transaction is waited for', async () => {
    const topic = await topics.create();
    await topics.send(topic, ['a']);
    const target = new TableTarget();
    target.positions.set(`${topic}-0`, 2);
    const ends = [1, 1, 2];
    const { polled } = await run([topic], { target, logEnd: async () => ends.shift() ?? 2 });
    expect([polled, ends]).toEqual([{ ended: 'idle' }, []]);
  });

  test('a database that goes away just as the process begins is waited for, and told of', async () => {
    const topic = await topics.create();
    await topics.send(topic, ['a']);
    const target = new TableTarget();
    const stops = new StopMemory();
    const list = stops.list;
    stops.list = async () => {
      stops.list = list;
      throw new SluiceError('ConnectionLost', 'away', { stage: 'sink', retryable: true });
    };
    const told: string[] = [];
    const { polled } = await run([topic], { target, stops, notice: ({ code }) => told.push(code) });
    expect([polled, target.words, told]).toEqual([{ ended: 'idle' }, ['a'], ['ConnectionLost']]);
  });

  test('retain: ends where it stands, begins nothing until it is resumed, then goes on there', async () => {
    const topic = await topics.create();
    await topics.send(topic, ['a', 'poison', 'b']);
    let bad = true;
    const target = new TableTarget({ refuse: (slice) => (bad ? poison(slice) : undefined), offsets: false });
    const consumers = new Map<string, TopicConsumer>();
    const bundle = sinkBundle(brokers, [topic]);
    const stops = pollStops(bundle, endpoint, consumers);
    const stop = expect.objectContaining({ topic, partition: 0, offset: 1, code: 'NotNull', reason: 'no' });
    const { polled, records } = await run([topic], { target, stops, consumers });
    expect(polled).toEqual({ ended: 'stopped', stops: [stop] });
    expect(records).toMatchObject([{ result: 'stopped', written: 1, failed: 1 }]);
    expect(target.words).toEqual(['a']);
    const outside = pollStops(bundle, endpoint);
    expect(await outside.list()).toEqual([stop]);
    const asked = target.slices.length;
    expect((await run([topic], { target, stops: outside })).polled).toEqual({ ended: 'stopped', stops: [stop] });
    expect(target.slices).toHaveLength(asked);
    bad = false;
    expect(await resumeStops({ stops: outside, target }, {})).toEqual({ stops: [stop] });
    expect((await run([topic], { target, stops: outside })).polled).toEqual({ ended: 'idle' });
    expect(target.words).toEqual(['a', 'poison', 'b']);
  });

  test('deadLetter: the message as it was is in the topic', async () => {
    const [topic, dead] = [await topics.create(), await topics.create()];
    await topics.producer.send({
      topic,
      messages: [{ value: 'a' }, { key: 'k', value: 'poison', headers: { trace: ['1', '2'] } }, { value: 'b' }],
    });
    const letters = topicLetters(createProducer({ endpoint, topic: dead, compression: 'none', headers: false }), dead, {
      rule: 'words',
      stage: 'test',
    });
    const target = new TableTarget({ refuse: poison });
    const { records } = await run([topic], { target, letters, parts: { onError: { deadLetter: { topic: dead } } } });
    await letters.close();
    expect(target.words).toEqual(['a', 'b']);
    expect(records).toMatchObject([{ result: 'done', failed: 1, deadLettered: 1 }]);
    const found: unknown[] = [];
    await consumeAll(endpoint, dead, ({ key, value, headers }) => {
      const told = {
        ...headers,
        trace: String(headers['trace']),
        'sluice-dead-key': String(headers['sluice-dead-key']),
      };
      found.push([
        String(key),
        String(value),
        told['trace'],
        told['sluice-dead-key'],
        String(headers['sluice-dead-offset']),
      ]);
    });
    expect(found).toEqual([[`${topic}-0-1`, 'poison', '1,2', 'k', '1']]);
  });

  test('interrupted: the batch that is under way is finished, and nothing after it', async () => {
    const topic = await topics.create();
    const interruption = new AbortController();
    const target = new TableTarget({
      refuse: () => {
        interruption.abort();
        return undefined;
      },
    });
    await topics.send(topic, ['a', 'b']);
    const { polled, bundle } = await run([topic], {
      target,
      signal: interruption.signal,
      parts: { source: { timeoutMs: 'never' } },
    });
    expect(polled).toEqual({ ended: 'interrupted' });
    expect(target.words).toEqual(['a', 'b']);
    const [committed] = await topics.groups.fetchOffsets({
      groupId: consumerGroup(bundle.rule, 'local', topic),
      topics: [topic],
    });
    expect(committed?.partitions).toMatchObject([{ offset: '2' }]);
    const { groups } = await topics.groups.describeGroups([consumerGroup(bundle.rule, 'local', topic)]);
    expect(groups[0]?.members).toEqual([]);
  });

  test('interrupted while it waits for a database: it ends at once, and nothing is committed', async () => {
    const topic = await topics.create();
    const interruption = new AbortController();
    const away = () => new SluiceError('TargetUnreachable', 'no', { stage: 'sink', retryable: true });
    const target = new TableTarget({ failing: Array.from({ length: 99 }, away) });
    await topics.send(topic, ['a']);
    const running = run([topic], { target, signal: interruption.signal });
    let over = false;
    running.finally(() => (over = true)).catch(() => undefined);
    while (target.slices.length < 1 && !over) await sleep(10);
    interruption.abort();
    expect((await running).polled).toEqual({ ended: 'interrupted' });
    expect((await run([topic], { target: new TableTarget() })).records).toMatchObject([{ written: 1 }]);
  });

  test('what the database refuses for good ends it with that error', async () => {
    const topic = await topics.create();
    await topics.send(topic, ['a']);
    const refused = new SluiceError('WrongPassword', 'no', { stage: 'sink' });
    await expect(run([topic], { target: new TableTarget({ failing: [refused] }) })).rejects.toMatchObject({
      code: 'WrongPassword',
    });
  });

  test('aborted messages are handed over where that is asked for', async () => {
    const topic = await topics.create();
    await topics.transact(topic, [[{ value: 'aborted' }, 'abort']]);
    const committed = new TableTarget();
    await run([topic], { target: committed });
    expect(committed.words).toEqual([]);
    const all = new TableTarget();
    all.positions.set(`${topic}-0`, 0);
    await run([topic], { target: all, readUncommitted: true });
    expect(all.words).toEqual(['aborted']);
  });
});
