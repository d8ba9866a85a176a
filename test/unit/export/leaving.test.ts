import { exportObject } from '../../../lib/export/run.ts';
import { prepare } from '../../../lib/select/index.ts';
import type { RunRecord } from '../../../lib/telemetry/run-record.ts';
import type { Continuation } from '../../../lib/trigger/index.ts';
import { csvPlan, ExactWorld } from '../../support/exact.ts';
import { INFO, planOf, portsOf, storeOf } from '../../support/export-fakes.ts';
import { copied } from '../../support/parquet.ts';

const IDS = Array.from({ length: 40 }, (_, i) => `${i}`);
const CSV = `id,name\n${IDS.map((id) => `${id},"name\n${id}"\n`).join('')}`;
const plan = csvPlan('SELECT s.id FROM S3Object s', 3);

describe('a run that the rate starves', () => {
  const starved = (more: object = {}) => {
    const world = new ExactWorld('dynamodb', CSV);
    // Each batch waits for a second, which is what the rate is.
    world.throttle = 1_000;
    const limiter = { ...world.ports().limiter, fillMs: 60_000, maxRecords: 3, ...more };
    return { world, limiter };
  };

  it('leaves, and comes back when its bucket is full', async () => {
    const { world, limiter } = starved();
    const delays: (number | undefined)[] = [];
    const relay = { handOn: async (_: unknown, __: unknown, after?: number) => void delays.push(after) };
    const record = await world.run(plan, { seconds: 900 }, world.ports({ limiter, relay }));
    expect(record.result).toBe('continued');
    expect(record.throttledMs).toBeLessThan(12_000);
    expect(delays).toEqual([60]);
    const runs = await world.chain(plan, 900, { limiter });
    expect(runs.at(-1)).toMatchObject({ result: 'done', sent: 40 });
    expect(world.broker.records).toEqual(IDS);
  });

  it('stays where leaving would lose of its rate', async () => {
    const { world, limiter } = starved({ fillMs: 1_000 });
    const runs = await world.chain(plan, 900, { limiter });
    expect(runs.map(({ result }) => result)).toEqual(['done']);
  });

  it('stays where nobody would go on', async () => {
    const { world, limiter } = starved();
    expect(await world.run(plan, { seconds: 900 }, world.ports({ limiter }))).toMatchObject({ result: 'done' });
  });
});

describe('a chain at least once', () => {
  const select = plan.select;

  async function chain(ports: ReturnType<typeof portsOf>['ports'], clock: { now: number }): Promise<RunRecord[]> {
    const records: RunRecord[] = [];
    let next: Continuation | undefined;
    do {
      const continuation = next;
      next = undefined;
      const relay = {
        handOn: async (_: unknown, handed: Continuation) => {
          next = handed;
        },
      };
      const request = { ref: INFO, trigger: 's3', run: `r${records.length}`, deadline: clock.now + 3_000 };
      records.push(
        await exportObject(
          planOf([], { select }),
          { ...ports, relay },
          { ...request, ...(continuation && { continuation }) },
        ),
      );
    } while (next !== undefined);
    return records;
  }

  it('goes on at the byte that the event says, and counts on', async () => {
    const clock = { now: 1_000_000 };
    const { ports, outcome } = portsOf({
      store: storeOf(Buffer.from(CSV)),
      clock: () => clock.now,
      limiter: {
        take: async () => {
          clock.now += 1_000;
          return 1_000;
        },
        maxRecords: 100,
        maxBytes: 1_000,
        fillMs: 0,
        close: async () => undefined,
      },
    });
    const runs = await chain(ports, clock);
    expect(runs.length).toBeGreaterThan(3);
    expect(runs.at(-1)).toMatchObject({ result: 'done', chain: 'r0', scanned: 40, sent: 40, position: CSV.length });
    expect(outcome.sent).toEqual(IDS);
  });
});

test('a chain over Parquet goes on at its row', async () => {
  const file = await copied('SELECT range AS id FROM range(40)');
  const world = new ExactWorld('kafka', file);
  world.throttle = 1_000;
  const parquet = prepare('SELECT s.id FROM S3Object s', {
    input: { kind: 'parquet' },
    output: { kind: 'csv' },
    maxRows: 3,
  });
  const runs = await world.chain({ ...plan, select: parquet }, 3);
  expect(runs.length).toBeGreaterThan(3);
  expect(runs.at(-1)).toMatchObject({ result: 'done', sent: 40, position: 40 });
  expect(world.broker.records).toEqual(IDS);
});

describe('an order that may have been tried before', () => {
  it('to export again goes on with what was begun anew', async () => {
    const world = new ExactWorld('dynamodb', CSV);
    world.throttle = 1_000;
    await world.run(plan);
    expect(await world.run(plan, { again: true, seconds: 3 })).toMatchObject({ result: 'failed' });
    expect(await world.run(plan, { again: true })).toMatchObject({ result: 'failed', error: { code: 'NotDone' } });
    expect(await world.run(plan, { again: true, retried: true })).toMatchObject({ result: 'done', sent: 40 });
    expect(world.broker.records).toEqual([...IDS, ...IDS]);
  });
});
