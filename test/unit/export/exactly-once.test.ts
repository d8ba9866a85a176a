import { SluiceError } from '../../../lib/failure/index.ts';
import { csvPlan, ExactWorld, LEDGERS } from '../../support/exact.ts';
import { INFO } from '../../support/export-fakes.ts';
import { away, fenced } from '../../support/ledger/fakes.ts';

const IDS = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];
const csv = (ids: readonly string[]) => `id,name\n${ids.map((id) => `${id},"name\n${id}"\n`).join('')}`;
const ALL = csv(IDS);
const plan = csvPlan('SELECT s.id FROM S3Object s', 3);
const NUMBERS = 'SELECT CAST(s.id AS INT) AS id FROM S3Object s';
const bad = () => csv(['0', '1', 'x', '3', '4']);
const BAD_AT = bad().indexOf('x,');

describe.each(LEDGERS)('an export exactly once, with ledger: %s', (kind) => {
  it('delivers the object, and afterwards says when that was and how many records it had', async () => {
    const world = new ExactWorld(kind, ALL);
    const first = await world.run(plan);
    expect(first).toMatchObject({ result: 'done', scanned: 10, matched: 10, sent: 10, position: ALL.length });
    expect(first.incidents).toEqual([]);
    const second = await world.run(plan);
    expect(second).toMatchObject({
      result: 'ignored',
      sent: 10,
      bytesIn: 0,
      error: { code: 'AlreadyExported', retryable: false },
    });
    expect(second.error?.reason).toMatch(/1970-01-01T.*: 10 records$/);
    expect(world.broker.records).toEqual(IDS);
  });

  it('says with the last batch that the object is done', async () => {
    const world = new ExactWorld(kind, csv(['0', '1']));
    await world.run(plan);
    const batches = world.broker.calls.filter((call) => call === 'send');
    expect(batches).toHaveLength(1);
    // With a ledger of lanes, the greeting is a transaction of its own.
    expect(world.broker.calls.filter((call) => call === 'commit')).toHaveLength(kind === 'kafka' ? 1 : 2);
  });

  it('is done with an object without records', async () => {
    const world = new ExactWorld(kind, '');
    expect(await world.run(plan)).toMatchObject({ result: 'done', sent: 0 });
    expect(await world.run(plan)).toMatchObject({ result: 'ignored', error: { code: 'AlreadyExported' } });
  });

  it('sends everything once more when it is asked to', async () => {
    const world = new ExactWorld(kind, ALL);
    await world.run(plan);
    expect(await world.run(plan, { again: true })).toMatchObject({ result: 'done', sent: 10 });
    expect(world.broker.records).toEqual([...IDS, ...IDS]);
  });

  const calls = ['begin', 'send', 'sendOffsets', 'commit'] as const;
  it.each(
    calls.flatMap((call) => [1, 2, 3, 4].flatMap((nth) => [false, true].map((out) => [call, nth, out] as const))),
  )('goes on after %s number %i failed (carried out: %s), and sends each row once', async (call, nth, carriedOut) => {
    const world = new ExactWorld(kind, ALL);
    const ports = world.ports();
    let batches = 0;
    const limiter = {
      ...ports.limiter,
      take: async () => {
        batches++;
        if (batches === nth) world.broker.fail(call, away(), carriedOut);
        return 0;
      },
    };
    const record = await world.run(plan, {}, { ...ports, limiter });
    expect(record).toMatchObject({ result: 'done', scanned: 10, matched: 10, sent: 10, position: ALL.length });
    expect(record.incidents).toMatchObject([{ code: 'BrokerUnreachable' }]);
    expect(world.broker.records).toEqual(IDS);
  });

  it('leaves an object that another run has taken over', async () => {
    const world = new ExactWorld(kind, ALL);
    world.broker.fail('send', fenced());
    const record = await world.run(plan);
    expect(record).toMatchObject({ result: 'failed', sent: 0, incidents: [], error: { code: 'TakenOver' } });
    expect(record.error?.retryable).toBe(true);
  });

  it('does not try again what will not change', async () => {
    const world = new ExactWorld(kind, ALL);
    world.broker.fail('send', new SluiceError('TopicDenied', 'not authorized', { stage: 'kafka' }));
    expect(await world.run(plan)).toMatchObject({ result: 'failed', incidents: [], error: { code: 'TopicDenied' } });
  });

  it('leaves before its time is over, and the next run goes on where it stood', async () => {
    const world = new ExactWorld(kind, ALL);
    world.throttle = 1_000;
    const first = await world.run(plan, { seconds: 2 });
    expect(first).toMatchObject({ result: 'failed', error: { code: 'OutOfTime', retryable: true } });
    expect(first.sent).toBeGreaterThan(0);
    expect(first.sent).toBeLessThan(10);
    expect(world.broker.records).toHaveLength(first.sent);
    expect(await world.run(plan)).toMatchObject({ result: 'done', scanned: 10, sent: 10 });
    expect(world.broker.records).toEqual(IDS);
  });

  it('gives the object back when the rate cannot be asked', async () => {
    const world = new ExactWorld(kind, ALL);
    const ports = world.ports();
    const lost = new SluiceError('RedisUnreachable', 'no answer', { stage: 'limit', retryable: true });
    const limiter = { ...ports.limiter, take: () => Promise.reject(lost) };
    const record = await world.run(plan, {}, { ...ports, limiter });
    expect(record).toMatchObject({ result: 'failed', error: { code: 'RedisUnreachable' } });
    expect(await world.run(plan)).toMatchObject({ result: 'done', sent: 10 });
    expect(world.broker.records).toEqual(IDS);
  });

  it('retain: delivers what is before the bad record, stands there, and is not tried again', async () => {
    const world = new ExactWorld(kind, bad());
    const numbers = csvPlan(NUMBERS, 2);
    const first = await world.run(numbers);
    expect(first).toMatchObject({ result: 'stopped', sent: 2, failed: 1, position: BAD_AT });
    const second = await world.run(numbers);
    expect(second).toMatchObject({ result: 'stopped', sent: 2, bytesIn: 0, error: { code: 'CastFailed' } });
    expect(second.error?.reason).toMatch(/^stopped since 1970-01-01T.*record at byte/);
    expect(world.broker.records).toEqual(['0', '1']);
  });

  it('goes on at the record that it stood at, once it is resumed', async () => {
    const world = new ExactWorld(kind, bad());
    await world.run(csvPlan(NUMBERS, 2));
    const record = await world.run(csvPlan(NUMBERS, 2, { onError: 'discard' }), { resume: true });
    expect(record).toMatchObject({ result: 'done', sent: 4, failed: 1, discarded: 1 });
    expect(world.broker.records).toEqual(['0', '1', '3', '4']);
  });

  it('refuses to resume what does not stand still', async () => {
    const world = new ExactWorld(kind, ALL);
    await world.run(plan);
    expect(await world.run(plan, { resume: true })).toMatchObject({ result: 'failed', error: { code: 'NotStopped' } });
  });

  it('stands at an object that is broken, with what was before it delivered', async () => {
    const world = new ExactWorld(kind, ALL);
    const cut = new SluiceError('TruncatedObject', 'it ends early', { stage: 'object' });
    const broken: typeof plan.select = {
      ...plan.select,
      async *run(body, resume) {
        yield* plan.select.run(body, resume);
        throw cut;
      },
    };
    expect(await world.run({ ...plan, select: broken })).toMatchObject({ result: 'stopped', sent: 10 });
    expect(await world.run(plan)).toMatchObject({ result: 'stopped', error: { code: 'TruncatedObject' } });
    expect(world.broker.records).toEqual(IDS);
  });

  it('deadLetter: the letter is in the transaction of its batch', async () => {
    const world = new ExactWorld(kind, bad());
    world.time.now += 1;
    const ports = world.ports();
    const limiter = { ...ports.limiter, take: failingOnce(() => world.broker.fail('commit', away())) };
    const record = await world.run(csvPlan(NUMBERS, 10, { onError: 'deadLetter' }), {}, { ...ports, limiter });
    expect(record).toMatchObject({ result: 'done', sent: 4, failed: 1, deadLettered: 1 });
    expect(world.broker.records).toHaveLength(5);
    expect(world.broker.records.slice(0, 4)).toEqual(['0', '1', '3', '4']);
    expect(world.broker.records[4]).toMatch(/^x,/);
  });

  it('deadLetter to a log group: written before the batch is committed, and tried again by itself', async () => {
    const world = new ExactWorld(kind, bad());
    const seen: [number, number][] = [];
    let failed = false;
    const deadLetters = {
      put: async (failures: readonly { offset: number }[]) => {
        if (!failed) {
          failed = true;
          throw new SluiceError('DeadLetterRefused', 'slow down', { stage: 'export', retryable: true });
        }
        for (const { offset } of failures) seen.push([offset, world.broker.records.length]);
      },
    };
    const { letters: _, ...ports } = world.ports({ deadLetters });
    const record = await world.run(csvPlan(NUMBERS, 10, { onError: 'deadLetter' }), {}, ports);
    expect(record).toMatchObject({ result: 'done', sent: 4, deadLettered: 1 });
    expect(record.incidents).toMatchObject([{ code: 'DeadLetterRefused' }]);
    expect(seen).toEqual([[BAD_AT, 0]]);
  });

  it('begins no transaction for batches that have nothing to send', async () => {
    const world = new ExactWorld(kind, ALL);
    const record = await world.run(csvPlan("SELECT s.id FROM S3Object s WHERE s.id = 'none'", 1));
    expect(record).toMatchObject({ result: 'done', scanned: 10, sent: 0 });
    expect(world.broker.calls).not.toContain('send');
  });

  it('counts the rows of runs before towards LIMIT', async () => {
    const world = new ExactWorld(kind, ALL);
    world.throttle = 1_000;
    const limited = csvPlan('SELECT s.id FROM S3Object s LIMIT 7', 3);
    const results: string[] = [];
    for (let runs = 0; runs < 10 && results.at(-1) !== 'done'; runs++) {
      results.push((await world.run(limited, { seconds: 1 })).result);
    }
    expect(results.length).toBeGreaterThan(1);
    expect(world.broker.records).toEqual(IDS.slice(0, 7));
  });

  it('an aggregate begins again; its failed records are settled once, and its row is sent once', async () => {
    const world = new ExactWorld(kind, bad());
    const sum = csvPlan('SELECT SUM(CAST(s.id AS INT)) AS n FROM S3Object s', 10, { onError: 'deadLetter' });
    const early = { ...sum, select: { ...sum.select, run: cutAfterFirstFailure(sum.select.run) } };
    expect(await world.run(early)).toMatchObject({ result: 'failed', deadLettered: 1, sent: 0 });
    expect(await world.run(sum)).toMatchObject({ result: 'done', scanned: 5, failed: 1, deadLettered: 1, sent: 1 });
    expect(world.broker.records).toHaveLength(2);
    expect(world.broker.records[1]).toBe('8');
  });
});

/** The store goes away when the failed record has been told of. */
function cutAfterFirstFailure(run: typeof plan.select.run): typeof plan.select.run {
  return async function* (body, resume) {
    for await (const batch of run(body, resume)) {
      yield { ...batch, count: 0, to: 0 };
      throw new SluiceError('StoreUnavailable', 'no answer', { stage: 'object', retryable: true });
    }
  };
}

function failingOnce(fail: () => void) {
  let left = 1;
  return async () => {
    if (left-- > 0) fail();
    return 0;
  };
}

describe('an export with the ledger of lanes', () => {
  it('leaves an object that another run is at, and says until when to wait', async () => {
    const world = new ExactWorld('dynamodb', ALL);
    await world.ledger().open({ bucket: INFO.bucket, key: INFO.key, version: INFO.etag, lastModified: 0 });
    const record = await world.run(plan);
    expect(record).toMatchObject({ result: 'failed', sent: 0, error: { code: 'Busy', retryable: true } });
    world.time.now += 61_000;
    expect(await world.run(plan)).toMatchObject({ result: 'done', sent: 10 });
  });

  it.each([false, true])('sends the row of an aggregate once if only its end was not written (%s)', async (out) => {
    const world = new ExactWorld('dynamodb', ALL);
    world.table.fail('done', new SluiceError('LedgerFailed', 'no answer', { stage: 'ledger', retryable: true }), out);
    const record = await world.run(csvPlan('SELECT COUNT(*) AS n FROM S3Object s', 10));
    expect(record).toMatchObject({ result: 'done', sent: 1 });
    expect(world.broker.records).toEqual(['10']);
  });
});
