/** A store that breaks off, refuses, is slow, or holds another object than a moment ago. */
import { randomUUID } from 'node:crypto';
import { takeCensus } from '../fault/census.ts';
import { Exporter } from '../fault/exporter.ts';
import { Ground } from '../fault/ground.ts';
import { Life } from '../fault/life.ts';
import { contentOf, type Kind } from '../fault/object.ts';
import { LEDGERS, type LedgerKind } from '../fault/points.ts';
import { S3Server, type Trouble } from '../support/s3-server.ts';
import { describeWith } from '../support/stack.ts';

const PLAIN: Kind = { compression: 'none', keyed: true, bad: 'letters' };
const BUSY: Trouble = { kind: 'answer', status: 503, code: 'SlowDown', message: 'Please reduce your request rate.' };

const TROUBLES: readonly (readonly [title: string, trouble: S3Server['trouble']])[] = [
  [
    'the stream is cut again and again',
    ({ method }, index) => (method === 'GET' && index < 12 ? { kind: 'cut', after: 90_001 } : undefined),
  ],
  ['503 to two requests of three', (_request, index) => (index % 3 === 2 ? undefined : BUSY)],
  ['slow reads', ({ method }) => (method === 'GET' ? { kind: 'slow', bytes: 20_000, pauseMs: 20 } : undefined)],
];

describeWith(['kafka', 'aws'], 'exports from a store in trouble', ({ kafka, aws }) => {
  const ground = new Ground({ brokers: kafka.brokers, aws });
  let exporter: Exporter;
  beforeAll(async () => {
    [exporter] = await Promise.all([Exporter.open(), ground.open()]);
  });
  afterAll(async () => {
    await exporter.close();
    await ground.close();
  });

  async function withStore(kind: Kind, work: (server: S3Server, endpoint: string) => Promise<void>): Promise<void> {
    const server = new S3Server(contentOf(kind));
    server.lastModified = new Date();
    const endpoint = await server.listen();
    try {
      await work(server, endpoint);
    } finally {
      await server.close();
    }
  }
  const begin = (ledger: LedgerKind, kind: Kind, endpoint: string, key: string) =>
    Life.begin({ exporter, ground, ledger, kind, store: { endpoint, key } });

  test.each(LEDGERS.flatMap((ledger) => TROUBLES.map(([title, trouble]) => ({ ledger, title, trouble }))))(
    'ledger: $ledger, $title, and runs are killed: each record is there once',
    async ({ ledger, trouble }) => {
      for (const compression of ['none', 'gzip'] as const) {
        const kind: Kind = { ...PLAIN, compression };
        await withStore(kind, async (server, endpoint) => {
          server.trouble = trouble;
          const life = await begin(ledger, kind, endpoint, randomUUID());
          expect(await life.meet({ step: 'commit', mode: 'under way', skip: 2, how: 'SIGKILL' })).toBe(true);
          expect(await life.meet({ step: 'offsets', mode: 'after', skip: 1, how: 'SIGKILL' })).toBe(true);
          await life.finish();
          expect((await takeCensus(ground, [life])).faults).toEqual([]);
        });
      }
    },
  );

  test.each(LEDGERS)('ledger: %s, an object that is replaced in mid-run is another object', async (ledger) => {
    await withStore(PLAIN, async (server, endpoint) => {
      const key = randomUUID();
      // When the rest of the stream is asked for there is another object.
      server.trouble = ({ method }) => {
        if (method !== 'GET' || server.etag !== 'etag-1') return undefined;
        setImmediate(() => server.replace(contentOf(PLAIN), 'etag-2'));
        return { kind: 'cut', after: 500_000 };
      };
      const first = await begin(ledger, PLAIN, endpoint, key);
      expect(await first.meet({ step: 'commit', mode: 'after', skip: 2, how: 'word' })).toBe(true);
      await first.wake();
      expect(first.trail.at(-1)).toContain('stopped ObjectChanged');
      const second = await begin(ledger, PLAIN, endpoint, key);
      await second.finish();
      const { key: _, kind, trail } = second;
      expect((await takeCensus(ground, [{ key, kind, trail, version: 'etag-2' }])).faults).toEqual([]);
      const { lost, doubled, disordered } = await takeCensus(ground, [{ key, kind, trail, version: 'etag-1' }]);
      expect([lost > 0, doubled, disordered]).toEqual([true, 0, 0]);
    });
  });
});
