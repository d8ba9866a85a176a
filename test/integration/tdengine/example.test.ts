/** The example rule, end to end: messages of a real topic, each stage shown, one row in the table. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { openAdmin } from '../../../lib/kafka/admin.ts';
import type { TopicConsumer } from '../../../lib/kafka/consumer.ts';
import { createProducer } from '../../../lib/kafka/producer.ts';
import { createSecretStore } from '../../../lib/secret/store.ts';
import { openSink } from '../../../lib/sink/instance.ts';
import { openTdengine } from '../../../lib/sink/open-tdengine.ts';
import { pollStops } from '../../../lib/sink/poll-stops.ts';
import { pollSink } from '../../../lib/sink/run.ts';
import { sampleMessage } from '../../../lib/sink/sample.ts';
import type { SinkRunRecord } from '../../../lib/telemetry/sink-run-record.ts';
import { PROJECT } from '../../../local/project.ts';
import { plaintext, recordsOf, SOURCE } from '../../support/kafka.ts';
import { describeWith } from '../../support/stack.ts';
import { SECRET, tdengineBundle } from '../../support/tdengine/bundle.ts';
import { openSession, type Session } from '../../support/tdengine/session.ts';

/** As it stands beside the code: only its topics and its database are this test's own. */
const written = parse(readFileSync(path.join(PROJECT, 'rules', 'meters-to-tdengine.yml'), 'utf8')) as {
  readonly source: object;
  readonly message: { readonly sample: string };
  readonly target: object;
};
const SAMPLE = written.message.sample;

describeWith('kafka', 'meters-to-tdengine', ({ kafka: { brokers } }) => {
  const endpoint = plaintext(brokers);
  const topics = ['tp1', 'tp2'].map((name) => `${name}-${randomUUID()}`);
  let session: Session;
  beforeAll(async () => {
    session = await openSession();
    process.env[SECRET] = JSON.stringify({ username: session.username, password: session.password });
    const admin = await openAdmin(endpoint);
    for (const topic of topics) await admin.createTopic(topic, 2);
    await admin.close();
  });
  afterAll(async () => {
    delete process.env[SECRET];
    await session.close();
    const admin = await openAdmin(endpoint);
    for (const topic of topics) await admin.deleteTopic(topic);
    await admin.close();
  });

  function opened(rule: Readonly<Record<string, unknown>> = {}) {
    const database = session.database();
    const bundle = tdengineBundle(
      { brokers, url: session.url },
      {
        ...written,
        name: 'meters',
        source: { ...written.source, topics },
        target: { ...written.target, database },
        ...rule,
      },
    );
    const consumers = new Map<string, TopicConsumer>();
    const open = () =>
      openSink(bundle, {
        secrets: createSecretStore(),
        clock: Date.now,
        open: openTdengine,
        stops: (at) => pollStops(bundle, at, consumers),
      });
    async function run() {
      const records: SinkRunRecord[] = [];
      const instance = await open();
      const signal = new AbortController().signal;
      const batch = (record: SinkRunRecord) => records.push(record);
      const polled = await pollSink(bundle, instance, { signal, batch, notice: () => undefined, consumers });
      await instance.close();
      return { polled, records };
    }
    return { bundle, database, open, run };
  }

  async function produce(topic: string, values: readonly string[]): Promise<void> {
    const producer = createProducer({ endpoint, topic, compression: 'none', headers: false });
    await producer.connect();
    await producer.send(recordsOf(values), SOURCE);
    await producer.close();
  }

  test('each stage of the sample is shown, down to the statement', async () => {
    const { bundle, open } = opened();
    const { ports, close } = await open();
    const traced = ports.pipeline.trace(sampleMessage(bundle.rule, 1_720_000_000_000)!);
    expect(traced.stages.map(({ name, rows }) => [name, rows.map(({ names, values }) => [names, values])])).toEqual([
      [
        'parsed',
        [
          [
            ['id', 'message'],
            [1, 'hello-word'],
          ],
          [
            ['id', 'message'],
            [2, 'hello-word'],
          ],
        ],
      ],
      [
        'steps.1 split',
        [
          [
            ['id', 'message_0', 'message_1'],
            [1, 'hello', 'word'],
          ],
          [
            ['id', 'message_0', 'message_1'],
            [2, 'hello', 'word'],
          ],
        ],
      ],
      [
        'steps.2 filter',
        [
          [
            ['id', 'message_0', 'message_1'],
            [2, 'hello', 'word'],
          ],
        ],
      ],
    ]);
    const statements = await ports.target.statements(traced.changes);
    expect(statements.at(-1)).toBe(
      `INSERT INTO \`t_2\` USING \`meters\` (\`id\`) TAGS (2) (\`ts\`,\`sluice_pos\`,\`first\`,\`second\`) VALUES (1720000000000,'${topics[0]}-0-0.0','hello','word')`,
    );
    expect(statements).toHaveLength(3);
    await close();
  });

  test('run writes one row into t_2, and again none', async () => {
    const { database, run } = opened();
    await produce(topics[0]!, [SAMPLE]);
    const { polled, records } = await run();
    expect(polled).toEqual({ ended: 'idle' });
    expect(records).toMatchObject([{ result: 'done', read: 1, filtered: 1, written: 1, failed: 0 }]);
    expect(await session.rows('select `first`,`second`,`id`,`tbname` from `meters`', database)).toEqual([
      ['hello', 'word', 2, 't_2'],
    ]);
    expect((await run()).records).toEqual([]);
  });

  test('a message that does not fit makes its partition stand still, and the ones before it are written', async () => {
    const { database, run } = opened({
      source: { connection: 'main', topics: [topics[1]], timeoutMs: 500, maxWaitMs: 50, group: `g-${randomUUID()}` },
    });
    const long = JSON.stringify({ id: 3, message: `${'x'.repeat(70)}-y` });
    await produce(topics[1]!, [...Array<string>(5).fill(SAMPLE), long]);
    const { polled } = await run();
    expect(polled).toMatchObject({
      ended: 'stopped',
      stops: [
        { topic: topics[1], code: 'ValueTooLong', reason: 'columns.first has 70 bytes, and the column takes 64' },
      ],
    });
    expect(await run()).toMatchObject({ polled: { ended: 'stopped' }, records: [] });
    expect(await session.rows('select distinct `tbname` from `meters`', database)).toEqual([['t_2']]);
  });
});
