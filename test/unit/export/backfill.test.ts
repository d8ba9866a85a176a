import { type Although, follow } from '../../../lib/export/backfill/follow.ts';
import { type Backfill, type BackfillPorts, backfill } from '../../../lib/export/backfill.ts';
import { SluiceError } from '../../../lib/failure/index.ts';
import type { ObjectInfo } from '../../../lib/object/contract.ts';
import type { RunError, RunRecord } from '../../../lib/telemetry/run-record.ts';
import { RUN } from '../../support/cli-fakes.ts';
import { INFO } from '../../support/export-fakes.ts';
import { fakeTime } from '../../support/ledger/fakes.ts';

const error = (code: string, retryable = false): RunError => ({
  code,
  stage: 'ledger',
  reason: 'why',
  retryable,
  context: {},
});
const ran = (result: RunRecord['result'], code?: string, more: Partial<RunRecord> = {}): RunRecord => ({
  ...RUN,
  result,
  ...(code === undefined ? {} : { error: error(code, code === 'Busy' || code === 'KafkaAway') }),
  ...more,
});
const done = ran('done', undefined, { sent: 7 });
const exported = ran('ignored', 'AlreadyExported', { sent: 7 });
const busy = ran('failed', 'Busy', { position: 0 });
const continued = ran('continued', undefined, { sent: 3, position: 50 });
const away = ran('failed', 'KafkaAway');
const thrown = (code: string, retryable = false) => new SluiceError(code, 'said', { stage: 'cli', retryable });
const never = new AbortController().signal;

/** Follows one object whose runs answer so, one after the other; the last answer stays. */
async function followed(answers: readonly (RunRecord | Error)[], although?: Although, interrupted = never) {
  const time = fakeTime();
  const asked: (Although | undefined)[] = [];
  const settled = await follow(
    INFO,
    {
      ...time,
      ...(although && { although }),
      async run(_, disregarding) {
        asked.push(disregarding);
        const answer = answers[Math.min(asked.length, answers.length) - 1]!;
        if (answer instanceof Error) throw answer;
        return answer;
      },
    },
    interrupted,
  );
  return { ...settled, asked, ms: time.now - 1_000_000 };
}

test.each<[string, readonly (RunRecord | Error)[], object]>([
  ['a run that is done', [done], { kind: 'exported', sent: 7 }],
  ['an object that was exported before', [exported], { kind: 'already', sent: 0 }],
  ['an object that is gone', [ran('ignored', 'MissingObject')], { kind: 'gone' }],
  ['a stop', [ran('stopped', 'BadRecord')], { kind: 'stopped', error: { code: 'BadRecord' } }],
  ['a failure that stays', [ran('failed', 'TopicDenied')], { kind: 'failed', error: { code: 'TopicDenied' } }],
  ['a failure that passes', [away, done], { kind: 'exported' }],
  ['a failure that does not pass', [away], { kind: 'failed', error: { code: 'KafkaAway' } }],
  ['a throttled invocation', [thrown('Throttled', true), done], { kind: 'exported' }],
  ['a crash of the function', [thrown('FunctionCrashed')], { kind: 'failed', error: { code: 'FunctionCrashed' } }],
  ['another run, which exports it', [busy, busy, exported], { kind: 'already' }],
  ['another run, which dies', [busy, busy, done], { kind: 'exported', sent: 7 }],
  ['a chain', [continued, busy, continued, exported], { kind: 'exported', sent: 7 }],
  ['a chain that stops', [continued, ran('stopped', 'BadRecord')], { kind: 'stopped' }],
])('%s', async (_, answers, settled) => {
  expect(await followed(answers)).toMatchObject(settled);
});

test('an object that is busy without moving is given up, after longer than a function lives', async () => {
  const { kind, ms } = await followed([busy]);
  expect(kind).toBe('failed');
  expect(ms).toBeGreaterThan(15 * 60_000);
});

test('a chain that moves is followed however long it takes', async () => {
  const parts = Array.from({ length: 300 }, (_, part) => ran('continued', undefined, { position: part * 100 }));
  const slow = parts.flatMap((part) => [part, ...Array.from({ length: 60 }, () => busy)]);
  const { kind, ms } = await followed([...slow, exported]);
  expect(kind).toBe('exported');
  expect(ms).toBeGreaterThan(20 * 60_000);
});

test('--again is asked for once: what follows goes on with what it began', async () => {
  expect(await followed([continued, busy, exported], 'again')).toMatchObject({
    kind: 'exported',
    asked: ['again', undefined, undefined],
  });
  expect(await followed([ran('failed', 'NotDone'), done], 'again')).toMatchObject({
    kind: 'exported',
    asked: ['again', undefined],
  });
  // Whether the first attempt came so far as to begin it anew is not known.
  expect(await followed([away, ran('failed', 'NotDone'), done], 'again')).toMatchObject({
    asked: ['again', 'again', undefined],
  });
});

test('--resume of what has gone on already follows it', async () => {
  expect(await followed([ran('failed', 'NotStopped'), busy, exported], 'resume')).toMatchObject({
    kind: 'already',
    asked: ['resume', undefined, undefined],
  });
});

test('interrupted, what another run has is left to it', async () => {
  const interruption = new AbortController();
  interruption.abort();
  expect(await followed([continued], undefined, interruption.signal)).toMatchObject({ kind: 'underWay', ms: 0 });
  expect(await followed([done], undefined, interruption.signal)).toMatchObject({ kind: 'exported' });
});

test.each(['MissingFunction', 'InvalidCredentials', 'AccessDenied'])('%s would meet every object', async (code) => {
  await expect(followed([thrown(code)])).rejects.toMatchObject({ code });
});

describe('over many objects', () => {
  const objects = (count: number): ObjectInfo[] =>
    Array.from({ length: count }, (_, i) => ({ ...INFO, key: `k${String(i).padStart(3, '0')}`, size: 10 }));

  async function over(count: number, run: BackfillPorts['run'], more: Partial<BackfillPorts> = {}) {
    const shown: number[] = [];
    const result: Backfill = await backfill({
      ...fakeTime(),
      objects: (async function* () {
        yield* objects(count);
      })(),
      run,
      concurrency: 4,
      interrupted: never,
      progress: (so) => shown.push(so.objects),
      ...more,
    });
    return { result, shown };
  }

  test('each is run once, at most so many at once, and counted', async () => {
    const runs = new Map<string, number>();
    let atOnce = 0;
    let most = 0;
    const { result, shown } = await over(50, async ({ key }) => {
      most = Math.max(most, ++atOnce);
      await new Promise(setImmediate);
      atOnce--;
      runs.set(key, (runs.get(key) ?? 0) + 1);
      return key === 'k007' ? ran('stopped', 'BadRecord') : key === 'k009' ? exported : done;
    });
    expect([...runs.values()]).toEqual(Array.from({ length: 50 }, () => 1));
    expect(most).toBe(4);
    expect(shown).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
    expect(result).toMatchObject({ objects: 50, bytes: 500, exported: 48, already: 1, stopped: 1, failed: 0 });
    expect(result.left).toMatchObject([{ key: 'k007', error: { code: 'BadRecord' } }]);
    expect(result).toMatchObject({ upTo: 'k049' });
    expect(result.ended).toBeUndefined();
  });

  test('interrupted, it finishes what is under way and begins nothing more', async () => {
    const interruption = new AbortController();
    let begun = 0;
    const { result } = await over(
      50,
      async () => {
        if (++begun === 10) interruption.abort();
        await new Promise(setImmediate);
        return done;
      },
      { interrupted: interruption.signal },
    );
    expect(result).toMatchObject({ ended: 'interrupted', exported: begun, upTo: objects(50)[begun - 1]?.key });
    expect(begun).toBeLessThan(15);
  });

  test('what no object would pass ends it, and the first that is not settled is where to go on', async () => {
    const { result } = await over(50, async ({ key }) => {
      if (key >= 'k010') throw thrown('InvalidCredentials');
      return done;
    });
    expect(result).toMatchObject({ ended: { code: 'InvalidCredentials' }, exported: 10, upTo: 'k009' });
  });

  test('a listing that breaks ends it', async () => {
    const { result } = await over(0, async () => done, {
      objects: (async function* () {
        yield* objects(3);
        throw thrown('StoreUnavailable', true);
      })(),
    });
    expect(result).toMatchObject({ exported: 3, ended: { code: 'StoreUnavailable' } });
  });
});
