import type { LoggedRun } from '../../../lib/cli/aws/ports.ts';
import { chained } from '../../../lib/cli/chain.ts';
import { SluiceError } from '../../../lib/failure/index.ts';
import type { StoppedObject } from '../../../lib/ledger/contract.ts';
import type { ParkedEvent } from '../../../lib/ledger/parked.ts';
import type { RunRecord } from '../../../lib/telemetry/run-record.ts';
import {
  CONNECTIONS,
  DEPLOYED,
  functionsOf,
  NOW,
  projectOf,
  RUN,
  removeProjects,
  runLogsOf,
  type Scene,
  STOPPED as STOPPED_RUN,
  sluice,
  standstillOf,
} from '../../support/cli-fakes.ts';
import { RULE } from '../../support/errors-rule.ts';

afterAll(removeProjects);

const EXACT = RULE.replace('at-least-once', 'exactly-once');
const stopped = (key: string, more: Partial<StoppedObject> = {}): StoppedObject => ({
  bucket: 'my-logs',
  key,
  version: '0123456789abcdef0123456789abcdef',
  since: NOW - 7_200_000,
  reason: { code: 'BadRecord', reason: 'record at byte 77: a quote does not close' },
  position: { byte: 77, counts: { sent: 12 } },
  ...more,
});
const parked = (id: string): ParkedEvent => ({
  id,
  token: 't',
  event: `{"sluice":"export","bucket":"my-logs","key":"access/${id}.csv"}`,
  object: { bucket: 'my-logs', key: `access/${id}.csv` },
  reason: { code: 'TopicDenied', reason: 'not allowed' },
  since: NOW - 86_400_000,
});

async function scene(aws: Scene['aws'], more: Partial<Scene> = {}): Promise<Scene> {
  const cwd = await projectOf({ 'rules/errors.yml': EXACT, 'connections.yml': CONNECTIONS });
  return { cwd, aws: { functions: async () => functionsOf([DEPLOYED]), ...aws }, ...more };
}

/** A function that answers every order with this run, and what it was asked. */
function answering(run: (order: { key: string }) => Partial<RunRecord>) {
  const orders: object[] = [];
  const functions = async () => ({
    ...functionsOf([DEPLOYED]),
    invoke: async (_: string, order: object) => {
      orders.push(order);
      return { runs: [{ ...RUN, ...run(order as { key: string }) }] };
    },
  });
  return { orders, functions };
}

describe('list', () => {
  test('tells what stands still, what is parked and what waits, and that it needs a hand', async () => {
    const { code, out } = await sluice(
      ['list'],
      await scene({
        standstill: async () =>
          standstillOf([stopped('access/b.csv'), stopped('access/a.csv', { since: NOW - 9_000_000 })], [parked('1')]),
        queues: async () => ({ waiting: async () => 5, send: async () => undefined }),
      }),
    );
    expect(code).toBe(1);
    expect(out).toContain('errors: 2 objects stand still, the first of them since 2 h ago at access/a.csv (BadRecord)');
    expect(out).toContain('sluice resume errors');
    expect(out).toContain('errors: 1 event parked: when it is mended, sluice redrive errors');
    expect(out).toContain('errors: about 5 failed events or continuations wait');
  });

  test('events that are tried again by themselves need no hand', async () => {
    const queues = async () => ({ waiting: async () => 5, send: async () => undefined });
    expect((await sluice(['list'], await scene({ queues }))).code).toBe(0);
  });

  test('what may not be asked is told, and hides nothing; a table that nobody needs is nothing', async () => {
    const fail = (code: string) => new SluiceError(code, `it is ${code}`, { stage: 'ledger' });
    const standstill = async () => ({
      ...standstillOf(),
      // biome-ignore lint/correctness/useYield: it fails before there is anything.
      async *stopped() {
        throw fail('LedgerDenied');
      },
      parked: { ...standstillOf().parked, count: () => Promise.reject(fail('LedgerMissing')) },
    });
    const { code, out } = await sluice(['list'], await scene({ standstill }));
    expect(code).toBe(0);
    expect(out).toContain('errors: what stands still is not known: it is LedgerDenied');
    expect(out).not.toContain('LedgerMissing');
  });

  test('as a document', async () => {
    const standstill = async () => standstillOf([stopped('access/a.csv')], [parked('1'), parked('2')]);
    const { out } = await sluice(['list', '--json'], await scene({ standstill }));
    expect(JSON.parse(out).rules[0].waiting).toMatchObject({
      stopped: 1,
      first: { key: 'access/a.csv', reason: { code: 'BadRecord' } },
      parked: 2,
      queued: 0,
    });
  });
});

test('logs shows what stands still below the runs', async () => {
  const standstill = async () => standstillOf([stopped('access/a.csv')]);
  const runLogs = async () => runLogsOf([{ at: NOW - 60_000, run: STOPPED_RUN }]);
  const { out } = await sluice(['logs', 'errors'], await scene({ standstill, runLogs }));
  expect(out).toMatch(/STANDS STILL +SINCE +SENT +CODE +REASON\nmy-logs\/access\/a\.csv +2 h ago +12 +BadRecord/);
  expect(out).toContain('When it is mended: sluice resume errors');
});

describe('a chain of continuations', () => {
  const part = (number: number, more: Partial<RunRecord> = {}): LoggedRun => ({
    at: NOW - 100_000 + number * 10_000,
    run: {
      ...RUN,
      run: `part-${number}`,
      chain: 'part-0',
      part: number,
      durationMs: 1000,
      throttledMs: 100,
      bytesIn: 50,
      sent: 10 * (number + 1),
      result: number === 2 ? 'done' : 'continued',
      startedAt: new Date(NOW - 100_000 + number * 10_000).toISOString(),
      ...more,
    },
  });
  const parts = [part(0), part(1), part(2)];

  test('is one run: times added up, counts and result of the last', () => {
    const [only, ...rest] = chained(parts);
    expect(rest).toEqual([]);
    expect(only?.run).toMatchObject({
      run: 'part-0',
      result: 'done',
      parts: 3,
      durationMs: 3000,
      throttledMs: 300,
      bytesIn: 150,
      sent: 30,
      startedAt: parts[0]?.run.startedAt,
    });
  });

  test('told out of order, or in part, is the same run', () => {
    expect(chained([part(2), part(0), part(1)])[0]?.run).toMatchObject({ result: 'done', parts: 3, sent: 30 });
    expect(chained([part(1)])[0]?.run).toMatchObject({ run: 'part-0', result: 'continued', parts: 1 });
  });

  test('is not that of another object, nor a run by itself', () => {
    const alone = { at: NOW, run: { ...RUN, run: 'alone' } };
    const other = part(1, { key: 'access/other.csv' });
    expect(chained([...parts, other, alone]).map(({ run }) => [run.key, run.parts])).toEqual([
      ['access/other.csv', 1],
      ['access/a.csv', 3],
      ['access/a.csv', undefined],
    ]);
  });

  test('is shown so, and whole with its parts', async () => {
    const runLogs = async () => runLogsOf(parts);
    const table = await sluice(['logs', 'errors'], await scene({ runLogs }));
    expect(table.out).toMatch(/part-0 +done \(3 parts\) .* 30 +0 +3\.0 s/);
    expect(table.out).not.toContain('continued');
    const one = await sluice(['logs', 'errors', 'part-0'], await scene({ runLogs }));
    expect(one.out).toContain('run part-0  done');
    expect(one.out).toMatch(/part 1 +2026-06-01 11:58:30 UTC, 1\.0 s, up to byte 4,096 {2}continued/);
  });
});

describe('resume', () => {
  const two = async () => standstillOf([stopped('access/a.csv'), stopped('access/b.csv', { version: 'v.2' })]);

  test('lists what stands still, asks, and goes on with it', async () => {
    const { orders, functions } = answering(() => ({ result: 'done', sent: 20 }));
    const { code, out, err } = await sluice(
      ['resume', 'errors'],
      await scene({ standstill: two, functions }, { answers: ['y'] }),
    );
    expect(err).toMatch(/my-logs\/access\/a\.csv .*BadRecord/);
    expect(err).toContain('Go on with 2 objects? [y/N]');
    expect(orders).toEqual([
      { sluice: 'export', bucket: 'my-logs', key: 'access/a.csv', resume: true },
      { sluice: 'export', bucket: 'my-logs', key: 'access/b.csv', versionId: 'v.2', resume: true },
    ]);
    expect(out).toContain('2 objects exported, 40 records sent; 0 stopped again, 0 failed.');
    expect(code).toBe(0);
  });

  test('of one object asks nothing; that it stopped again is an exit code', async () => {
    const { orders, functions } = answering(() => ({ ...STOPPED_RUN }));
    const said = await sluice(['resume', 'errors', 'access/a.csv'], await scene({ standstill: two, functions }));
    expect(orders).toHaveLength(1);
    expect(said.out).toContain('left: access/a.csv: record at byte 77: a quote does not close');
    expect(said.code).toBe(1);
  });

  test.each<[string, readonly string[], readonly string[] | undefined, number, string]>([
    ['a no', [], ['n'], 3, 'nothing was done'],
    ['nobody to ask', [], undefined, 2, 'Give --yes.'],
    ['a key that does not stand still', ['access/c.csv'], undefined, 2, 'access/c.csv does not stand still'],
  ])('%s runs nothing', async (_, args, answers, code, says) => {
    const { orders, functions } = answering(() => ({}));
    const more = answers === undefined ? {} : { answers };
    const said = await sluice(['resume', 'errors', ...args], await scene({ standstill: two, functions }, more));
    expect([said.code, orders]).toEqual([code, []]);
    expect(said.err).toContain(says);
  });

  test('where nothing stands still, and where nothing is kept', async () => {
    expect(await sluice(['resume', 'errors'], await scene({}))).toMatchObject({
      code: 0,
      out: 'Nothing stands still.',
    });
    const cwd = await projectOf({ 'rules/errors.yml': RULE, 'connections.yml': CONNECTIONS });
    const { code, err } = await sluice(['resume', 'errors'], { cwd });
    expect([code, err]).toEqual([2, expect.stringContaining('at-least-once')]);
  });
});

describe('redrive', () => {
  function park(count: number) {
    const standstill = standstillOf(
      [],
      Array.from({ length: count }, (_, i) => parked(`${i}`)),
    );
    const sent: (readonly [string, string])[] = [];
    const queues = async () => ({
      waiting: async () => 0,
      send: async (name: string, body: string) => void sent.push([name, body]),
    });
    return { standstill, sent, aws: { standstill: async () => standstill, queues } };
  }

  test('puts each event back as it came, then takes it from the park', async () => {
    const { standstill, sent, aws } = park(3);
    const { code, out } = await sluice(['redrive', 'errors', '--yes'], await scene(aws));
    expect(sent).toEqual(['0', '1', '2'].map((id) => ['errors-dev-failed', parked(id).event]));
    expect(await standstill.parked.count()).toBe(0);
    expect(out).toContain('3 events put back');
    expect(code).toBe(0);
  });

  test('--again asks for the objects anew', async () => {
    const { sent, aws } = park(1);
    await sluice(['redrive', 'errors', '--yes', '--again'], await scene(aws));
    expect(JSON.parse(sent[0]![1])).toEqual({
      sluice: 'export',
      bucket: 'my-logs',
      key: 'access/0.csv',
      again: true,
    });
  });

  test('ended in its middle, what was not put back is still parked, and nothing is lost', async () => {
    const { standstill, sent, aws } = park(5);
    let interrupt = () => {};
    const queues = async () => ({
      waiting: async () => 0,
      send: async (name: string, body: string) => {
        if (sent.push([name, body]) === 2) interrupt();
      },
    });
    const { code, out } = await sluice(
      ['redrive', 'errors', '--yes'],
      await scene(
        { ...aws, queues },
        {
          onInterrupt: (handler) => {
            interrupt = handler;
            return () => undefined;
          },
        },
      ),
    );
    expect(code).toBe(1);
    expect(out).toContain('Interrupted; 3 are still parked. To go on: sluice redrive errors');
    expect(await standstill.parked.count()).toBe(3);
  });

  test('an event that could not be put back stays', async () => {
    const { standstill, aws } = park(2);
    const away = new SluiceError('MissingQueue', 'there is no queue errors-dev-failed on AWS', { stage: 'cli' });
    const queues = async () => ({ waiting: async () => undefined, send: () => Promise.reject(away) });
    const { code, err } = await sluice(['redrive', 'errors', '--yes'], await scene({ ...aws, queues }));
    expect([code, await standstill.parked.count()]).toEqual([1, 2]);
    expect(err).toContain('there is no queue');
  });

  test('a dry run shows them', async () => {
    const { standstill, aws } = park(2);
    const { out } = await sluice(['redrive', 'errors', '--dry-run'], await scene(aws));
    expect(out).toMatch(/PARKED +SINCE +CODE +REASON\nmy-logs\/access\/0\.csv +1 d ago +TopicDenied +not allowed/);
    expect(await standstill.parked.count()).toBe(2);
  });
});
