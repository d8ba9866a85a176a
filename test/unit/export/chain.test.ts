import { gzipSync } from 'node:zlib';
import { SluiceError } from '../../../lib/failure/index.ts';
import { prepare } from '../../../lib/select/index.ts';
import type { Continuation } from '../../../lib/trigger/index.ts';
import { csvPlan, ExactWorld, LEDGERS } from '../../support/exact.ts';

const IDS = Array.from({ length: 40 }, (_, i) => `${i}`);
const csv = (ids: readonly string[]) => `id,name\n${ids.map((id) => `${id},"name\n${id}"\n`).join('')}`;
const ALL = csv(IDS);
const plan = csvPlan('SELECT s.id FROM S3Object s', 3);
const missing = new SluiceError('MissingObject', 'no object', { stage: 'object' });
const nothing = { handOn: async () => undefined };

const continuation = (more: Partial<Continuation> = {}): Continuation => ({
  version: '"e1"',
  chain: 'r0',
  part: 1,
  position: { byte: 0, counts: {} },
  trigger: 's3',
  rule: 'h1',
  ...more,
});

function slow(kind: (typeof LEDGERS)[number], content: string | Uint8Array): ExactWorld {
  const world = new ExactWorld(kind, content);
  world.throttle = 1_000;
  return world;
}

describe.each(LEDGERS)('a chain of runs, with ledger: %s', (kind) => {
  it.each([
    ['plain', Buffer.from(ALL)],
    ['gzip', gzipSync(ALL)],
  ])('%s: takes the object on from run to run, and sends each row once', async (compression, content) => {
    const world = slow(kind, content);
    const known = compression === 'gzip' ? 'gzip' : 'none';
    const runs = await world.chain({ ...plan, compression: known }, 3);
    expect(runs.length).toBeGreaterThan(3);
    expect(runs.map(({ result }) => result)).toEqual([...runs.slice(1).map(() => 'continued'), 'done']);
    expect(runs.map(({ chain, part }) => [chain, part])).toEqual(runs.map((_, part) => ['r0', part]));
    expect(runs.at(-1)).toMatchObject({ trigger: 's3', scanned: 40, matched: 40, sent: 40, position: ALL.length });
    expect(world.broker.records).toEqual(IDS);
  });

  it('names no chain where one run was enough', async () => {
    const [record] = await new ExactWorld(kind, ALL).chain(plan, 900);
    expect(record?.result).toBe('done');
    expect(record).not.toHaveProperty('chain');
    expect(record).not.toHaveProperty('part');
  });

  it('counts LIMIT over all runs', async () => {
    const world = slow(kind, ALL);
    const runs = await world.chain(csvPlan('SELECT s.id FROM S3Object s LIMIT 25', 3), 3);
    expect(runs.length).toBeGreaterThan(2);
    expect(world.broker.records).toEqual(IDS.slice(0, 25));
  });

  it('does not hand on without progress', async () => {
    const world = new ExactWorld(kind, ALL);
    const idle: typeof plan.select = {
      ...plan.select,
      async *run(body, resume) {
        for await (const batch of plan.select.run(body, resume)) {
          world.time.now += 60_000;
          yield { ...batch, count: 0, scanned: 0, to: batch.from };
        }
      },
    };
    const [record, ...more] = await world.chain({ ...plan, select: idle }, 30);
    expect(record).toMatchObject({ result: 'failed', error: { code: 'NoProgress', retryable: true } });
    expect(more).toEqual([]);
    expect(await world.run(plan)).toMatchObject({ result: 'done', sent: 40 });
  });

  it('ends a chain that nobody would believe in, and another event goes on behind it', async () => {
    const world = slow(kind, ALL);
    const ports = world.ports({ relay: nothing });
    const record = await world.run(plan, { seconds: 3, continuation: continuation({ part: 9_999 }) }, ports);
    expect(record).toMatchObject({ result: 'failed', chain: 'r0', part: 9_999, error: { code: 'EndlessChain' } });
    expect(await world.run(plan)).toMatchObject({ result: 'done', sent: 40 });
    expect(world.broker.records).toEqual(IDS);
  });

  it('fails when nobody could be found to go on, so that the event is tried again', async () => {
    const world = slow(kind, ALL);
    const relay = { handOn: () => Promise.reject(new Error('no route')) };
    const record = await world.run(plan, { seconds: 3 }, world.ports({ relay }));
    expect(record).toMatchObject({ result: 'failed', error: { code: 'NotHandedOn', retryable: true } });
    await world.run(plan);
    expect(world.broker.records).toEqual(IDS);
  });

  it('an aggregate is not handed on: the object stands still, with the way out', async () => {
    const world = new ExactWorld(kind, ALL);
    const sum = csvPlan('SELECT COUNT(*) AS n FROM S3Object s', 3);
    const late: typeof plan.select = {
      ...sum.select,
      async *run(body, resume) {
        for await (const batch of sum.select.run(body, resume)) {
          world.time.now += 60_000;
          yield { ...batch, count: 0, to: 0 };
        }
      },
    };
    const [record] = await world.chain({ ...sum, select: late }, 30);
    expect(record).toMatchObject({ result: 'stopped', error: { code: 'AggregateOutOfTime', retryable: false } });
    expect(record?.error?.fix).toContain('function.memory');
    expect(await world.run(sum)).toMatchObject({ result: 'stopped', error: { code: 'AggregateOutOfTime' } });
  });

  it('leaves a wait for the rate that would outlast the function, at the last commit', async () => {
    const world = new ExactWorld(kind, ALL);
    let takes = 0;
    const take = (_records: number, _bytes: number, signal?: AbortSignal) => {
      if (++takes !== 3) return Promise.resolve(0);
      return new Promise<number>((_, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
    };
    const limiter = { ...world.ports().limiter, take };
    const runs = await world.chain(plan, 0.5, { limiter });
    expect(runs.map(({ result }) => result)).toEqual(['continued', 'done']);
    expect(runs[0]?.sent).toBe(6);
    expect(world.broker.records).toEqual(IDS);
  });

  it('goes on by the rule as it is now, and says so', async () => {
    const world = slow(kind, ALL);
    await world.run(plan, { seconds: 3 }, world.ports({ relay: nothing }));
    const sent = world.broker.records.length;
    const edited = { ...csvPlan("SELECT 'new' AS id FROM S3Object s", 3), hash: 'h2' };
    const record = await world.run(edited, { continuation: continuation() });
    expect(record).toMatchObject({ result: 'done', sent: 40, incidents: [{ code: 'RuleChanged' }] });
    expect(world.broker.records).toEqual([...IDS.slice(0, sent), ...IDS.slice(sent).map(() => 'new')]);
  });

  it('does not take records for the sum of them when the rule became an aggregate', async () => {
    const world = slow(kind, ALL);
    await world.run(plan, { seconds: 3 }, world.ports({ relay: nothing }));
    const edited = { ...csvPlan('SELECT COUNT(*) AS n FROM S3Object s', 3), hash: 'h2' };
    const record = await world.run(edited, { continuation: continuation() });
    expect(record).toMatchObject({ result: 'stopped', error: { code: 'RuleChanged' } });
    // The former query can be put back, and the object resumed.
    expect(await world.run(plan, { resume: true })).toMatchObject({ result: 'done', sent: 40 });
    expect(world.broker.records).toEqual(IDS);
  });

  it('leaves an object that was written over to its own event', async () => {
    const world = slow(kind, ALL);
    await world.run(plan, { seconds: 3 }, world.ports({ relay: nothing }));
    const sent = world.broker.records.length;
    world.writeOver(csv(['x']), '"e2"');
    const record = await world.run(plan, { continuation: continuation() });
    expect(record).toMatchObject({
      result: 'stopped',
      version: '"e1"',
      bytesIn: 0,
      sent,
      error: { code: 'ObjectChanged', reason: expect.stringContaining('was written over') },
    });
    // Nobody would ever go on with what the ledger has of the old version: it says so.
    expect(await world.stopped()).toMatchObject([
      { version: '"e1"', reason: { code: 'ObjectChanged' }, position: { byte: record.position, counts: { sent } } },
    ]);
    expect(await world.run(plan)).toMatchObject({ result: 'done', sent: 1 });
    expect(world.broker.records).toEqual([...IDS.slice(0, sent), 'x']);
    // AWS may bring the continuation once more.
    expect(await world.run(plan, { continuation: continuation() })).toMatchObject({ result: 'stopped' });
    expect(await world.stopped()).toHaveLength(1);
  });

  it('tells of an object that was deleted under way, since a part of it is missing', async () => {
    const world = slow(kind, ALL);
    await world.run(plan, { seconds: 3 }, world.ports({ relay: nothing }));
    const gone = { ...world.ports().store, head: () => Promise.reject(missing) };
    const record = await world.run(plan, { continuation: continuation() }, world.ports({ store: gone }));
    expect(record).toMatchObject({
      result: 'stopped',
      error: { code: 'ObjectChanged', reason: expect.stringContaining('was deleted') },
    });
    expect(record.error?.fix).toContain('--forget');
    expect(await world.stopped()).toMatchObject([{ version: '"e1"', reason: { code: 'ObjectChanged' } }]);
  });

  it('is tried again where the ledger could not be told of it', async () => {
    const world = slow(kind, ALL);
    await world.run(plan, { seconds: 3 }, world.ports({ relay: nothing }));
    world.writeOver(csv(['x']), '"e2"');
    world.broker.fail('commit', new SluiceError('NotAllowed', 'no', { stage: 'kafka' }), false);
    expect(await world.run(plan, { continuation: continuation() })).toMatchObject({ result: 'failed' });
    expect(await world.run(plan, { continuation: continuation() })).toMatchObject({ result: 'stopped' });
    expect(await world.stopped()).toHaveLength(1);
  });
});

const LINES = IDS.map((id) => `{"id":${id}}`);
const inner = (ids: readonly string[]) => ids.map((id) => ({ id: Number(id) }));
const NESTED = JSON.stringify({
  about: ['x'],
  pages: [{ visits: inner(IDS.slice(0, 17)) }, { visits: inner(IDS.slice(17)) }],
});

describe('a chain over other formats goes on where it stood', () => {
  it.each([
    ['JSON lines', { kind: 'jsonl' } as const, 'SELECT s.id FROM S3Object s', `${LINES.join('\n')}\n`],
    ['JSON documents one after another', { kind: 'json' } as const, 'SELECT s.id FROM S3Object s', LINES.join(' ')],
    ['one JSON document', { kind: 'json' } as const, 'SELECT s.id FROM S3Object[*].pages[*].visits[*] s', NESTED],
  ])('%s', async (_, input, sql, text) => {
    const world = slow('dynamodb', text);
    const select = prepare(sql, { input, output: { kind: 'csv' }, maxRows: 3 });
    const runs = await world.chain({ ...plan, select }, 3);
    expect(runs.length).toBeGreaterThan(3);
    expect(runs.at(-1)).toMatchObject({ result: 'done', sent: 40 });
    expect(world.broker.records).toEqual(IDS);
  });
});
