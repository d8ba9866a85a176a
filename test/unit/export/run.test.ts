import type { ExportPlan } from '../../../lib/export/plan.ts';
import { exportObject } from '../../../lib/export/run.ts';
import { SluiceError } from '../../../lib/failure/index.ts';
import { away, INFO, planOf, portsOf, storeOf } from '../../support/export-fakes.ts';
import { failure, rows } from '../../support/rows.ts';

type Fakes = ReturnType<typeof portsOf>;
const run = (plan: ExportPlan, { ports, deadline }: Fakes) =>
  exportObject(plan, ports, { ref: { bucket: 'logs', key: 'access/a.csv' }, trigger: 's3', run: 'r1', deadline });

describe('the run of an export', () => {
  it('delivers every batch in order, at the rate, and counts', async () => {
    const fakes = portsOf();
    const record = await run(planOf([rows(0, ['a', 'b', 'c']), rows(30, ['d'])]), fakes);
    expect(fakes.outcome.sent).toEqual(['a', 'b', 'c', 'd']);
    expect(fakes.outcome.taken).toEqual([
      [2, 2],
      [1, 1],
      [1, 1],
    ]);
    expect(record).toMatchObject({
      run: 'r1',
      result: 'done',
      version: '"e1"',
      scanned: 4,
      matched: 4,
      sent: 4,
      failed: 0,
      throttledMs: 15,
      bytesIn: 30,
      bytesOut: 4,
      position: 40,
    });
    expect(record.error).toBeUndefined();
  });

  const bad = () => planOf([rows(0, ['a', 'b', 'c'], [failure(10)]), rows(40, ['d'])]);

  it('retain: stands at the bad record, with everything before it delivered and nothing after it', async () => {
    const fakes = portsOf();
    const record = await run(bad(), fakes);
    expect(fakes.outcome.sent).toEqual(['a']);
    expect(record).toMatchObject({ result: 'stopped', sent: 1, failed: 1, discarded: 0, position: 10 });
    expect(record.error).toMatchObject({
      code: 'CastFailed',
      retryable: false,
      context: { key: 'access/a.csv', offset: 10 },
    });
  });

  it('discard: counts the bad record and goes on', async () => {
    const fakes = portsOf();
    const record = await run({ ...bad(), onError: 'discard' }, fakes);
    expect(fakes.outcome.sent).toEqual(['a', 'b', 'c', 'd']);
    expect(record).toMatchObject({ result: 'done', sent: 4, failed: 1, discarded: 1, position: 50 });
  });

  it('deadLetter: the bad record goes there and the rest goes on', async () => {
    const fakes = portsOf();
    const record = await run({ ...bad(), onError: 'deadLetter' }, fakes);
    expect(fakes.outcome.letters.map((letter) => letter.offset)).toEqual([10]);
    expect(record).toMatchObject({ result: 'done', sent: 4, failed: 1, deadLettered: 1 });
  });

  it('stops at a record after which nothing can follow, whatever the policy', async () => {
    const fakes = portsOf();
    const plan = planOf([rows(0, ['a'], [failure(10, { fatal: true })])], { onError: 'deadLetter' });
    const record = await run(plan, fakes);
    expect(record).toMatchObject({ result: 'stopped', sent: 1, deadLettered: 1, position: 10 });
  });

  it('takes a row that the topic would refuse for a failed record', async () => {
    const fakes = portsOf({}, [], 3);
    const plan = planOf([rows(0, ['a', 'too long', 'c'])], { onError: 'deadLetter' });
    const record = await run(plan, fakes);
    expect(fakes.outcome.sent).toEqual(['a', 'c']);
    expect(fakes.outcome.letters).toMatchObject([{ code: 'RecordTooLarge', offset: 10 }]);
    expect(record).toMatchObject({ result: 'done', sent: 2, deadLettered: 1 });
  });

  it('waits for a broker that is away, and says so', async () => {
    const fakes = portsOf({}, [away(), away()]);
    const record = await run(planOf([rows(0, ['a'])]), fakes);
    expect(record).toMatchObject({ result: 'done', sent: 1 });
    expect(record.incidents.map((incident) => incident.code)).toEqual(['BrokerUnreachable', 'BrokerUnreachable']);
    expect(fakes.outcome.pauses).toEqual([500, 1000]);
  });

  it('gives up when its time is over, as failed, so that the caller tries again', async () => {
    const fakes = portsOf({}, Array.from({ length: 100 }, away));
    const record = await run(planOf([rows(0, ['a'])]), fakes);
    expect(record).toMatchObject({
      result: 'failed',
      sent: 0,
      position: 0,
      error: { code: 'BrokerUnreachable', retryable: true },
    });
  });

  it('does not try again what will not change', async () => {
    const denied = new SluiceError('TopicDenied', 'not authorized', { stage: 'kafka', fix: 'Add the ACL.' });
    const fakes = portsOf({}, [denied]);
    const record = await run(planOf([rows(0, ['a']), rows(10, ['b'])]), fakes);
    expect(record).toMatchObject({ result: 'failed', sent: 0, error: { code: 'TopicDenied', fix: 'Add the ACL.' } });
    expect(fakes.outcome.pauses).toEqual([]);
  });

  it('delivers what was selected before the object broke', async () => {
    const cut = new SluiceError('TruncatedObject', 'the gzip stream ends early', { stage: 'object' });
    const fakes = portsOf();
    const record = await run(planOf([rows(0, ['a', 'b']), cut]), fakes);
    expect(fakes.outcome.sent).toEqual(['a', 'b']);
    expect(record).toMatchObject({
      result: 'stopped',
      sent: 2,
      error: { code: 'TruncatedObject', context: { bucket: 'logs' } },
    });
  });

  it('has nothing to do for an object that is gone', async () => {
    const gone = new SluiceError('MissingObject', 'no such object', { stage: 'object' });
    const store = { ...storeOf(Buffer.alloc(0)), head: () => Promise.reject(gone) };
    const record = await run(planOf([]), portsOf({ store }));
    expect(record).toMatchObject({ result: 'ignored', error: { code: 'MissingObject' } });
    expect(record.version).toBeUndefined();
  });

  it('is failed, not ignored, when the object vanishes in the middle', async () => {
    const gone = new SluiceError('MissingObject', 'no such object', { stage: 'object' });
    const record = await run(planOf([rows(0, ['a']), gone]), portsOf());
    expect(record).toMatchObject({ result: 'failed', sent: 1 });
  });

  it('leaves before its time is over, with what was selected delivered', async () => {
    const fakes = portsOf();
    const record = await run(planOf([rows(0, ['a']), rows(10, ['b'])]), {
      ...fakes,
      deadline: fakes.ports.clock(),
    });
    expect(record).toMatchObject({
      result: 'failed',
      sent: 1,
      position: 10,
      error: { code: 'OutOfTime', retryable: true },
    });
  });

  it('names what is not ours without throwing', async () => {
    const record = await run(planOf([new TypeError('x is not a function')]), portsOf());
    expect(record).toMatchObject({
      result: 'failed',
      error: { code: 'Unexpected', reason: 'TypeError: x is not a function' },
    });
  });

  it('names the version of a versioned object', async () => {
    const store = storeOf(Buffer.from('x'), { ...INFO, versionId: 'v7' });
    expect(await run(planOf([rows(0, ['a'])]), portsOf({ store }))).toMatchObject({ version: 'v7' });
  });
});
