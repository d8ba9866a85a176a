import { runIn } from '../../../lib/cli/aws/run-logs.ts';
import {
  errorsProject,
  NOW,
  RUN,
  removeProjects,
  runLogsOf,
  type Scene,
  STOPPED,
  sluice,
} from '../../support/cli-fakes.ts';

afterAll(removeProjects);

const scene = async (): Promise<Scene> => ({
  cwd: await errorsProject(),
  aws: {
    runLogs: async () =>
      runLogsOf([
        { at: NOW - 120_000, run: RUN },
        { at: NOW - 60_000, run: STOPPED },
      ]),
  },
});

const line = JSON.stringify({ level: 'INFO', message: 'sluice.run', run: RUN });
test.each([
  [line, RUN],
  [`2026-06-01T12:00:00.000Z\tid\tINFO\t${line}\n`, RUN],
  [line.slice(0, -9), undefined],
  [JSON.stringify({ message: 'ignored', run: RUN }), undefined],
  ['START RequestId: 1 Version: $LATEST', undefined],
  ['sluice.run {"run": 7, "message": "sluice.run"}', undefined],
])('the run in the line %#', (text, run) => expect(runIn(text)).toEqual(run));

test('a table of runs, oldest first', async () => {
  const { code, out } = await sluice(['logs', 'errors'], await scene());
  expect(code).toBe(0);
  const [head, first, second] = out.split('\n');
  expect(head).toMatch(/^BEGAN \(UTC\) +RUN +RESULT/);
  expect(first).toMatch(/11111111 +done +my-logs\/access\/a\.csv +2,000 +100 +100 +0 +2\.0 s$/);
  expect(second).toMatch(/99999999 +stopped.* BadRecord$/);
});

test('--failed leaves the good ones out', async () => {
  const { out } = await sluice(['logs', 'errors', '--failed', '--json'], await scene());
  expect(JSON.parse(out).runs).toEqual([STOPPED]);
});

test('--limit keeps the newest, --since the recent ones', async () => {
  expect(JSON.parse((await sluice(['logs', 'errors', '--limit', '1', '--json'], await scene())).out).runs).toEqual([
    STOPPED,
  ]);
  expect(JSON.parse((await sluice(['logs', 'errors', '--since', '90s', '--json'], await scene())).out).runs).toEqual([
    STOPPED,
  ]);
});

test('a run whole: what went wrong, where, what to do, and what was overcome', async () => {
  const { code, out } = await sluice(['logs', 'errors', '99999999'], await scene());
  expect(code).toBe(0);
  expect(out).toContain('run 99999999-2222-3333-4444-555555555555  stopped');
  expect(out).toContain('2.0 s, of which 500 ms waiting for the rate');
  expect(out).toContain('everything before byte 77 is delivered');
  expect(out).toContain('after 400 ms: the broker went away (BrokerUnavailable)');
  expect(out).toContain('error: record at byte 77: a quote does not close (BadRecord)');
  expect(out).toContain('at s3://my-logs/access/a.csv, byte 77');
  expect(out).toContain('fix: Mend the object.');
});

test('no run is no error; a run that is not there is', async () => {
  const none = await sluice(['logs', 'errors'], { cwd: await errorsProject() });
  expect(none).toMatchObject({ code: 0, out: expect.stringContaining('No run of errors-dev since 24h') });
  expect(await sluice(['logs', 'errors', '77777777'], await scene())).toMatchObject({ code: 2 });
});

test('--follow tells each run once, as JSON lines, until it is ended', async () => {
  const ended = new Error('Ctrl-C');
  let asked = 0;
  const { out } = await sluice(['logs', 'errors', '--follow', '--json'], {
    ...(await scene()),
    pause: async () => {
      if (++asked === 3) throw ended;
    },
  });
  const documents = out
    .split('\n')
    .slice(0, 2)
    .map((text) => JSON.parse(text));
  expect(documents).toEqual([RUN, STOPPED]);
  expect(out.match(/"result":"done"/g)).toHaveLength(1);
});

test.each([
  [['--since', 'soon'], '--since soon is no time'],
  [['--limit', '0'], '--limit 0 is no number of runs'],
])('%j is refused', async (flags, said) => {
  const { code, err } = await sluice(['logs', 'errors', ...flags], await scene());
  expect([code, err]).toEqual([2, expect.stringContaining(said)]);
});

test('a rule that is gone still has its log', async () => {
  const { code, out, err } = await sluice(['logs', 'gone'], await scene());
  expect(code).toBe(0);
  expect(err).toContain('There is no rule gone in rules/');
  expect(out).toContain('11111111');
});
