import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ExportInstance } from '../../lib/export/instance.ts';
import type { ExportPorts } from '../../lib/export/plan.ts';
import { createProducer } from '../../lib/kafka/producer.ts';
import { type FetchRange, readRanges } from '../../lib/object/ranged-read.ts';
import { PROJECT } from '../../local/project.ts';
import { Exporting, type RuleParts } from '../support/exporting.ts';
import { cuttableNetwork, plaintext } from '../support/kafka.ts';
import { S3Server } from '../support/s3-server.ts';
import { describeWith } from '../support/stack.ts';

type Open = ExportInstance<ExportPorts>;

const person = (id: number, name: string) => JSON.stringify({ id: `${id}`, name });
const people = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ line: `${i},n${i}\n`, value: person(i, `n${i}`) }));

describeWith(['kafka', 'aws'], 'what an object gets when something outside of it is bad', ({ kafka, aws }) => {
  const exporting = new Exporting(aws, kafka);
  beforeAll(() => exporting.open());
  afterAll(() => exporting.close());

  /** With ports exchanged, the rest of the instance as it is. */
  async function exportWith(key: string, change: (instance: Open) => Open, parts: RuleParts = {}) {
    const instance = await exporting.instance(parts);
    const changed = change(instance);
    try {
      return await exporting.export(key, changed);
    } finally {
      await Promise.all([instance.close(), changed.ports.producer.close()]);
    }
  }

  test('[bad input: unknown topic × message] names the topic, the broker and the command that makes it', async () => {
    const topic = `${exporting.topic}.unknown`;
    const { record } = await exporting.run('id,name\n1,ada\n', { kafka: { topic } });
    const [broker] = kafka.brokers;
    expect(record).toMatchObject({
      result: 'failed',
      sent: 0,
      position: 0,
      // Nothing of the object was read: whoever tries again begins at its beginning.
      bytesIn: 0,
      error: {
        code: 'MissingTopic',
        reason: expect.stringContaining(`"${topic}"`),
        fix: expect.stringContaining(`kafka-topics.sh --bootstrap-server ${broker} --create --topic ${topic}`),
        context: { rule: 'bad-input', bucket: record.bucket, key: record.key, topic },
        retryable: false,
      },
    });
  });

  const { secured } = kafka;
  if (secured !== undefined) {
    test.each(['plain', 'scram-sha-512'])(
      '[bad input: wrong password × message] %s: names the broker and where the password comes from, never the password',
      async (mechanism) => {
        const { record } = await exporting.run('id,name\n1,ada\n', {
          connection: { brokers: secured.sasl, auth: { mechanism, secret: 'kafka-user' } },
          secrets: { 'kafka-user': JSON.stringify({ username: secured.user.username, password: 'hunter2' }) },
        });
        expect(record).toMatchObject({
          result: 'failed',
          sent: 0,
          bytesIn: 0,
          error: {
            code: 'SaslAuthenticationFailed',
            reason: `${secured.sasl[0]} did not accept the credentials (${mechanism})`,
            fix: expect.stringMatching(/username and password in the connection's secret/),
            retryable: false,
          },
        });
        expect(JSON.stringify(record)).not.toContain('hunter2');
      },
    );
  }

  describe('[bad input: broker goes away × message]', () => {
    const all = people(20_000);
    const content = `id,name\n${all.map(({ line }) => line).join('')}`;
    const retry = { retries: 1, initialRetryTime: 20, maxRetryTime: 50 };

    /** A producer that loses its broker when it has sent some of the object. */
    function unsteady() {
      const network = cuttableNetwork();
      network.cutAfter((chunk) => chunk.includes('n9000'));
      const { topic } = exporting;
      const endpoint = plaintext(kafka.brokers);
      const producer = createProducer({ endpoint, topic, compression: 'none', headers: true }, { ...network, retry });
      return { network, producer };
    }

    test('and comes back: nothing is lost, and the record says what was overcome', async () => {
      const { network, producer } = unsteady();
      const key = await exporting.put(content);
      const { record, values } = await exportWith(key, ({ plan, ports, close }) => ({
        plan,
        ports: { ...ports, producer, pause: async () => network.mend() },
        close,
      }));
      expect(record).toMatchObject({ result: 'done', scanned: all.length, sent: all.length, failed: 0 });
      expect(record.incidents).toMatchObject([
        { code: 'BrokerUnreachable', reason: expect.stringContaining(kafka.brokers[0] ?? '?') },
      ]);
      // At least once: what the broker had taken without being heard may be there again.
      expect(new Set(values)).toEqual(new Set(all.map(({ value }) => value)));
    });

    test('and stays away: what was acknowledged is counted, and the caller is told to try again', async () => {
      const { producer } = unsteady();
      const key = await exporting.put(content);
      let waited = 0;
      const { record, values } = await exportWith(key, ({ plan, ports, close }) => ({
        plan,
        ports: {
          ...ports,
          producer,
          clock: () => Date.now() + waited,
          pause: async (ms) => {
            waited += ms;
          },
        },
        close,
      }));
      expect(record).toMatchObject({
        result: 'failed',
        error: {
          code: 'BrokerUnreachable',
          reason: expect.stringContaining(kafka.brokers[0] ?? '?'),
          fix: expect.stringMatching(/./),
          retryable: true,
        },
      });
      expect(record.sent).toBeGreaterThan(0);
      expect(record.sent).toBeLessThan(all.length);
      const delivered = Buffer.from(content).subarray(0, record.position).toString().split('\n').length - 2;
      expect(delivered).toBe(record.sent);
      expect(values.slice(0, delivered)).toEqual(all.slice(0, delivered).map(({ value }) => value));
    });
  });

  describe('[bad input: bucket without permission × message]', () => {
    // More than one request takes, of rows that leave little to read back.
    const all = people(30_000);
    const rest = `,${'x'.repeat(300)}\n`;
    const content = Buffer.from(`id,name\n${all.map(({ line }) => line.replace('\n', rest)).join('')}`);
    const denied = { kind: 'answer', status: 403, code: 'AccessDenied', message: 'Access Denied' } as const;

    test('from the beginning: what is missing, and on what', async () => {
      const server = new S3Server(content);
      server.trouble = () => denied;
      try {
        const { record } = await exporting.run('', { source: { endpoint: await server.listen() } });
        const { bucket, key } = record;
        expect(record).toMatchObject({
          result: 'failed',
          sent: 0,
          error: {
            code: 'AccessDenied',
            reason: `s3://${bucket}/${key} may not be read, or does not exist: without s3:ListBucket the store does not say which`,
            fix: expect.stringMatching(
              new RegExp(`s3:GetObject.* on arn:aws:s3:::${bucket}/\\*.*s3:ListBucket.* on arn:aws:s3:::${bucket}`),
            ),
            context: { rule: 'bad-input', bucket, key },
            retryable: false,
          },
        });
      } finally {
        await server.close();
      }
    });

    test('taken away while it is read: what came before is delivered', async () => {
      const server = new S3Server(content);
      server.trouble = ({ from }) => (from > 0 ? denied : undefined);
      try {
        const { record, values } = await exporting.run('', { source: { endpoint: await server.listen() } });
        expect(record).toMatchObject({ result: 'failed', error: { code: 'AccessDenied', retryable: false } });
        const delivered = content.subarray(0, record.position).toString().split('\n').length - 2;
        expect(delivered).toBeGreaterThan(20_000);
        expect(record.sent).toBe(delivered);
        expect(values).toEqual(all.slice(0, delivered).map(({ value }) => value));
      } finally {
        await server.close();
      }
    });
  });

  test('[bad input: 5 GiB object × message] is read by parts to its last byte, whose place is told exactly', async () => {
    const size = 5 * 2 ** 30;
    const chunk = 4 * 2 ** 20;
    const filler = Buffer.alloc(chunk, '#');
    filler[chunk - 1] = 10;
    const first = Buffer.from(filler);
    first.write('id,name\n1,ada\n');
    const last = Buffer.from(filler);
    last.write('\n3,cy\n', chunk - 6);
    const fetch: FetchRange = async function* (from, to) {
      for (let at = from; at < to; at += chunk) yield at === 0 ? first : at === size - chunk ? last : filler;
    };
    const key = 'huge.csv';
    const { record, values, offsets } = await exportWith(
      key,
      ({ plan, ports, close }) => ({
        plan,
        ports: {
          ...ports,
          store: {
            ...ports.store,
            head: async (ref) => ({ ...ref, etag: 'e', size, lastModified: new Date(0) }),
            read: (info, { from = 0, to = info.size } = {}) => readRanges(fetch, { from, to }),
          },
        },
        close,
      }),
      { source: { csv: { header: 'use', comment: '#' }, compression: 'none' } },
    );
    expect(record).toMatchObject({
      result: 'done',
      scanned: 2,
      sent: 2,
      bytesIn: size,
      bytesStored: size,
      position: size,
    });
    expect(values).toEqual([person(1, 'ada'), person(3, 'cy')]);
    expect(offsets).toEqual([8, size - 5]);
  });
});

test('[bad input: rule with a typo × message] the CLI names the file, the line and the word that was meant', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'sluice-typo-'));
  try {
    const text = await readFile(path.join(PROJECT, 'rules', 'errors-to-kafka.yml'), 'utf8');
    const lines = text.replace(/^( +)topic: errors$/m, '$1topc: errors').split('\n');
    await mkdir(path.join(folder, 'rules'));
    await writeFile(path.join(folder, 'rules', 'errors-to-kafka.yml'), lines.join('\n'));
    await cp(path.join(PROJECT, 'connections.yml'), path.join(folder, 'connections.yml'));
    const program = [path.join(PROJECT, 'bin', 'sluice.mjs'), 'check', '--files'];
    const env = { ...process.env, NODE_OPTIONS: '', NO_COLOR: '1' };
    const { code, text: told } = await new Promise<{ code: number | null; text: string }>((resolve) => {
      const child = execFile(process.execPath, program, { cwd: folder, env }, (_error, stdout, stderr) =>
        resolve({ code: child.exitCode, text: stdout + stderr }),
      );
    });
    expect(code).toBe(2);
    const line = lines.findIndex((each) => each.includes('topc')) + 1;
    expect(told).toContain('error: unknown key "topc" in kafka; did you mean "topic"?');
    expect(told).toContain(`at rules/errors-to-kafka.yml:${line}:`);
    expect(told).toContain('fix: Known here: connection, topic, ');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
