import pc from 'picocolors';
import { Progress } from '../../../lib/cli/backfill-progress.ts';
import { progressLine, summaryLines } from '../../../lib/cli/backfill-text.ts';
import type { Terminal } from '../../../lib/cli/terminal.ts';
import { processTerminal } from '../../../lib/cli/terminal.ts';
import type { Backfill } from '../../../lib/export/backfill.ts';
import type { Replay } from '../../../lib/export/replay.ts';
import { readProject, resolveExport } from '../../../lib/rule/index.ts';
import { PROJECT } from '../../../local/project.ts';
import { CONNECTIONS, DEPLOYED, errorsProject, functionsOf, removeProjects, sluice } from '../../support/cli-fakes.ts';
import { RULE } from '../../support/errors-rule.ts';

afterAll(removeProjects);

const EXTENT = { objects: 100, bytes: 1024 * 1024, tooOld: 0 };
const so = (more: Partial<Backfill> = {}): Backfill => ({
  objects: 0,
  bytes: 0,
  exported: 0,
  sent: 0,
  already: 0,
  gone: 0,
  stopped: 0,
  failed: 0,
  underWay: 0,
  left: [],
  ...more,
});
const { bundle } = resolveExport(
  readProject(
    { rules: [{ path: 'rules/errors.yml', text: RULE }], connections: { path: 'connections.yml', text: CONNECTIONS } },
    {},
  ),
  'errors',
  'dev',
);

test.each([
  [0, undefined, '[                    ] 0 %  0/100 objects  0 B/1.0 MiB  0 records  0/s'],
  [0.5, 90_000, '[==========          ] 50 %  0/100 objects  0 B/1.0 MiB  0 records  0/s  1 min 30 s left'],
  [1, 0, '[====================] 100 %  0/100 objects  0 B/1.0 MiB  0 records  0/s  0 ms left'],
])('progress at %d', (share, leftMs, line) => {
  const pace = { share, recordsPerSecond: 0, ...(leftMs !== undefined && { leftMs }) };
  expect(progressLine(EXTENT, so(), pace)).toBe(line);
});

test('progress counts what is not well', () => {
  const told = progressLine(EXTENT, so({ stopped: 2, failed: 1, sent: 5000 }), {
    share: 0.1,
    recordsPerSecond: 1234.5,
  });
  expect(told).toContain('5,000 records  1,235/s  3 not well');
});

describe('progress', () => {
  function shown(live: boolean) {
    let now = 0;
    const drawn: (string | undefined)[] = [];
    const said: string[] = [];
    const terminal = { live, draw: (line) => drawn.push(line), err: (line) => said.push(line) } as Partial<Terminal>;
    const progress = new Progress({ terminal: terminal as Terminal, clock: () => now }, EXTENT);
    for (let objects = 1; objects <= 50; objects++) {
      now += 1_000;
      progress.show(so({ objects, bytes: objects * 10_486, sent: objects * 10 }));
    }
    return { drawn, said };
  }

  test('is drawn on a screen, with the time that is left', () => {
    const { drawn, said } = shown(true);
    expect([drawn.length, said.length]).toEqual([50, 0]);
    expect(drawn.at(-1)).toMatch(/50 % {2}50\/100 objects .* 500 records {2}10\/s {2}50\.\d s left/);
  });

  test('is told every ten seconds where there is none', () => {
    const { drawn, said } = shown(false);
    expect([drawn.length, said.length]).toEqual([0, 5]);
    expect(said[0]).toContain('10/100 objects');
  });
});

test('the summary names what was left, with the fix, and how to go on', () => {
  const error = {
    code: 'BadRecord',
    stage: 'format',
    reason: 'record at byte 7',
    fix: 'Mend it.',
    retryable: false,
    context: {},
  } as const;
  const result = so({
    objects: 9,
    exported: 6,
    already: 1,
    stopped: 1,
    failed: 1,
    sent: 70,
    left: [{ key: 'access/a.csv', error }],
    ended: 'interrupted',
  });
  const lines = summaryLines(
    { terminal: { colors: pc.createColors(false) } as Terminal },
    bundle,
    EXTENT,
    result,
    'sluice backfill errors',
  );
  expect(lines).toEqual([
    '9 of 100 objects: 6 exported, 1 already exported, 1 stopped, 1 failed; 70 records sent to errors.',
    '  left: s3://my-logs/access/a.csv',
    '    record at byte 7 (BadRecord)',
    '    fix: Mend it.',
    '  and 1 more: --json lists up to 1,000, sluice logs --failed all',
    'Interrupted. To go on:',
    '  sluice backfill errors',
  ]);
});

test('a line that is drawn makes way for what is said', () => {
  const written: string[] = [];
  const stderr = { isTTY: true, columns: 20, write: (text: string) => written.push(text) };
  const streams = { stdin: {}, stdout: { on: () => undefined }, stderr } as unknown as Parameters<
    typeof processTerminal
  >[0];
  const terminal = processTerminal(streams, {});
  terminal.draw('a long line of progress');
  terminal.err('said');
  terminal.draw(undefined);
  expect(written.join('')).toBe('\r\u001b[Ka long line of prog\r\u001b[Ksaid\n\r\u001b[Ka long line of prog\r\u001b[K');
});

test.each<[readonly string[], string]>([
  [['--prefix', 'other/'], 'the rule reads keys that begin with access/'],
  [['--since', 'soon'], '--since soon is no time'],
  [['--until', '5x'], '--until 5x is no time'],
  [['--concurrency', '0'], '--concurrency 0 is no number of objects'],
])('backfill %j is no command line', async (flags, said) => {
  const { code, err } = await sluice(['backfill', 'errors', ...flags], { cwd: await errorsProject() });
  expect([code, err]).toEqual([2, expect.stringContaining(said)]);
});

describe('replay', () => {
  const part = (more: Partial<Replay> = {}): Replay => ({
    letters: 10,
    sent: 9,
    failed: 0,
    repeated: 1,
    more: false,
    ...more,
  });

  async function replayed(line: readonly string[], parts: readonly Replay[], answers?: readonly string[]) {
    const orders: object[] = [];
    const functions = async () => ({
      ...functionsOf([DEPLOYED]),
      invoke: async (_: string, order: object) => ({ replay: parts[orders.push(order) - 1] }),
    });
    const scene = { cwd: await errorsProject(), aws: { functions }, ...(answers && { answers }) };
    return { ...(await sluice(['replay', 'errors', ...line], scene)), orders };
  }

  test('calls the function until all letters are settled, and adds up', async () => {
    const { code, out, orders } = await replayed([], [part({ more: true }), part({ more: true }), part()]);
    expect(orders).toEqual([1, 2, 3].map(() => ({ sluice: 'replay', dryRun: false, again: false })));
    expect(out).toBe('30 dead letters: 27 records sent, 3 left out, being there twice.');
    expect(code).toBe(0);
  });

  test('what failed again is told, and an exit code', async () => {
    const { code, out } = await replayed([], [part({ failed: 2 })]);
    expect(out).toContain('2 records failed again, each with a new letter');
    expect(code).toBe(1);
  });

  test('--again asks, and begins anew once', async () => {
    const { orders } = await replayed(['--again'], [part({ more: true }), part()], ['y']);
    expect(orders).toEqual([
      { sluice: 'replay', dryRun: false, again: true },
      { sluice: 'replay', dryRun: false, again: false },
    ]);
    expect((await replayed(['--again'], [], ['n'])).orders).toEqual([]);
  });

  test('a dry run is one call', async () => {
    const { out, orders } = await replayed(['--dry-run'], [part({ more: true, failed: 1 })]);
    expect(orders).toEqual([{ sluice: 'replay', dryRun: true, again: false }]);
    expect(out).toContain('9 records would be sent');
    expect(out).toContain('1 record would fail again');
  });

  test('no letters are nothing wrong; another version of the function is recognised', async () => {
    const none = part({ letters: 0, sent: 0, repeated: 0 });
    expect(await replayed([], [none])).toMatchObject({
      code: 0,
      out: 'There is no dead letter that was not replayed.',
    });
    const { code, err } = await replayed([], []);
    expect([code, err]).toEqual([1, expect.stringContaining('deploy again')]);
  });
});

test.each(['backfill', 'trigger', 'replay', 'redrive'])('%s is not for a sink, and says so', async (command) => {
  const { code, err } = await sluice([command, 'errors-to-postgres', '--stage', 'local'], { cwd: PROJECT });
  expect([code, err]).toEqual([2, expect.stringContaining('is of kind postgres-sink: this is for an export')]);
});
