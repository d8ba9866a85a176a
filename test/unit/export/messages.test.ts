import { handleExport, type Invocation } from '../../../lib/export/handle.ts';
import { SluiceError } from '../../../lib/failure/index.ts';
import type { ParkedEvent } from '../../../lib/ledger/parked.ts';
import type { ExportBundle } from '../../../lib/rule/schema.ts';
import type { RunRecord } from '../../../lib/telemetry/run-record.ts';
import { away, planOf, portsOf } from '../../support/export-fakes.ts';
import { rows } from '../../support/rows.ts';

const DAY = 86_400_000;
const NOW = 100 * DAY;
const QUEUE = 'errors-test-failed';

const bundle = {
  stage: 'test',
  rule: { name: 'errors', source: { bucket: 'logs', prefix: 'access/', suffix: '' }, kafka: { topic: 'errors' } },
} as unknown as ExportBundle;

type Parked = Pick<ParkedEvent, 'event' | 'object' | 'reason' | 'since'>;

function functionOf(failing: readonly Error[] = [], table: 'there' | 'away' = 'there') {
  const { ports } = portsOf({ clock: () => NOW }, failing);
  const runs: RunRecord[] = [];
  const parked: Parked[] = [];
  const postponed: [string, number][] = [];
  const made: Invocation = {
    bundle,
    secrets: { text: () => Promise.reject(new Error('unused')), fields: () => Promise.reject(new Error('unused')) },
    journal: { run: (record) => void runs.push(record), note: () => undefined },
    clock: ports.clock,
    requestId: 'req',
    deadline: NOW + 1,
    instance: async () => ({ plan: planOf([rows(0, ['a', 'b'])]), ports, close: async () => undefined }),
    later: {
      queueName: QUEUE,
      queue: { postpone: async (handle, seconds) => void postponed.push([handle, seconds]) },
      parked: {
        put: async (event) => {
          if (table === 'away') throw new SluiceError('LedgerUnreachable', 'no answer', { stage: 'ledger' });
          parked.push(event);
        },
      },
    },
  };
  return { made, runs, parked, postponed };
}

const s3 = (key: string) => ({
  Records: [
    { eventSource: 'aws:s3', eventName: 'ObjectCreated:Put', s3: { bucket: { name: 'logs' }, object: { key } } },
  ],
});
/** As Lambda puts an event there that it could not run. */
const wrapped = (event: unknown) => ({
  requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 3 },
  requestPayload: event,
});
const message = (body: unknown, { id = 'm0', receives = 1, sentAt = NOW - 1_000, queue = QUEUE } = {}) => ({
  eventSource: 'aws:sqs',
  eventSourceARN: `arn:aws:sqs:eu-central-1:123456789012:${queue}`,
  messageId: id,
  receiptHandle: `handle-${id}`,
  body: typeof body === 'string' ? body : JSON.stringify(body),
  attributes: { ApproximateReceiveCount: `${receives}`, SentTimestamp: `${sentAt}` },
});
const continuing = {
  sluice: 'continue',
  bucket: 'logs',
  key: 'access/a',
  version: '"e1"',
  chain: 'first',
  part: 3,
  position: { byte: 10, counts: { sent: 1 } },
  trigger: 'eventbridge',
  rule: 'h1',
};
const tooOld = () => new SluiceError('ObjectTooOld', 'is of last year', { stage: 'ledger', fix: 'Use --again.' });

describe('an event from the queue of failed ones', () => {
  it.each([
    ['what Lambda gave up', wrapped(s3('access/a'))],
    ['what EventBridge or a queue could not deliver', s3('access/a')],
    ['what SNS could not deliver', { Type: 'Notification', Message: JSON.stringify(s3('access/a')) }],
    ['what somebody put there', { sluice: 'export', bucket: 'logs', key: 'access/a' }],
  ])('is exported: %s', async (_, event) => {
    const { made, runs } = functionOf();
    expect(await handleExport({ Records: [message(event)] }, made)).toEqual({ runs });
    expect(runs).toMatchObject([{ result: 'done', key: 'access/a', sent: 2 }]);
  });

  it.each([
    [1, 30],
    [2, 60],
    [8, 3_840],
    [12, 39_600],
    [60, 39_600],
  ])('comes again, received %i times, after %i seconds', async (receives, seconds) => {
    const { made, runs, postponed } = functionOf([away()]);
    const answer = await handleExport({ Records: [message(wrapped(s3('access/a')), { receives })] }, made);
    expect(answer).toMatchObject({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
    expect(postponed).toEqual([['handle-m0', seconds]]);
    expect(runs).toMatchObject([{ result: 'failed', error: { code: 'BrokerUnreachable' } }]);
  });

  it('is parked after 13 days, with why, and how to do it again', async () => {
    const { made, runs, parked, postponed } = functionOf([away()]);
    const old = message(wrapped(s3('access/a')), { receives: 30, sentAt: NOW - 13 * DAY });
    expect(await handleExport({ Records: [old] }, made)).toEqual({ runs });
    expect(runs).toMatchObject([{ result: 'parked', error: { code: 'BrokerUnreachable' } }]);
    expect(postponed).toEqual([]);
    expect(parked).toMatchObject([{ object: { bucket: 'logs', key: 'access/a' }, since: NOW }]);
    expect(parked[0]?.reason).toMatchObject({ code: 'BrokerUnreachable' });
    expect(JSON.parse(parked[0]?.event ?? '')).toEqual({ sluice: 'export', bucket: 'logs', key: 'access/a' });
  });

  it('is exported even after 13 days if it can be', async () => {
    const { made, runs, parked } = functionOf();
    await handleExport({ Records: [message(s3('access/a'), { sentAt: NOW - 13 * DAY })] }, made);
    expect(runs).toMatchObject([{ result: 'done' }]);
    expect(parked).toEqual([]);
  });

  it('comes again if it cannot be parked', async () => {
    const { made, runs, postponed } = functionOf([away()], 'away');
    const old = message(s3('access/a'), { receives: 30, sentAt: NOW - 13 * DAY });
    expect(await handleExport({ Records: [old] }, made)).toMatchObject({
      batchItemFailures: [{ itemIdentifier: 'm0' }],
    });
    expect(runs).toMatchObject([{ result: 'failed' }]);
    expect(postponed).toHaveLength(1);
  });

  it('goes on with a chain', async () => {
    const { made, runs } = functionOf();
    await handleExport({ Records: [message(wrapped(continuing))] }, made);
    expect(runs).toMatchObject([{ result: 'done', chain: 'first', part: 3, trigger: 'eventbridge', sent: 3 }]);
  });

  it('is parked as the continuation that it was', async () => {
    const { made, parked } = functionOf([away()]);
    await handleExport({ Records: [message(continuing, { sentAt: NOW - 14 * DAY })] }, made);
    expect(JSON.parse(parked[0]?.event ?? '')).toEqual(continuing);
  });

  it.each(['no JSON', { hello: 1 }, { sluice: 'continue', bucket: 'logs', key: 'access/a' }])(
    'that nobody understands is parked at once, and holds up no other: %j',
    async (poison) => {
      const { made, runs, parked } = functionOf();
      const event = { Records: [message(poison), message(s3('access/b'), { id: 'm1' })] };
      expect(await handleExport(event, made)).toEqual({ runs });
      expect(runs).toMatchObject([{ key: 'access/b', result: 'done' }]);
      expect(parked).toMatchObject([{ reason: { code: 'UnknownEvent' } }]);
      expect(parked[0]?.event).toBe(typeof poison === 'string' ? poison : JSON.stringify(poison));
    },
  );
});

describe('an object that is too old for its ledger to know it', () => {
  it.each([
    ['from the queue', { Records: [message(s3('access/a'))] }],
    ['from the queue of the trigger', { Records: [message(s3('access/a'), { queue: 'errors-test' })] }],
    ['of a continuation', continuing],
    ['of an event', s3('access/a')],
  ])('is parked: %s', async (_, event) => {
    const { made, runs, parked } = functionOf([tooOld()]);
    expect(await handleExport(event, made)).toEqual({ runs });
    expect(runs).toMatchObject([{ result: 'parked', error: { code: 'ObjectTooOld' } }]);
    expect(parked).toMatchObject([{ reason: { code: 'ObjectTooOld', fix: 'Use --again.' } }]);
  });

  it('is refused to whoever asks for it by hand', async () => {
    const { made, runs, parked } = functionOf([tooOld()]);
    await handleExport({ sluice: 'export', bucket: 'logs', key: 'access/a' }, made);
    expect(runs).toMatchObject([{ result: 'failed', error: { code: 'ObjectTooOld' } }]);
    expect(parked).toEqual([]);
  });
});

describe('the queue of the trigger', () => {
  it('has delays of its own', async () => {
    const { made, postponed } = functionOf([away()]);
    const event = { Records: [message(s3('access/a'), { queue: 'errors-test' })] };
    expect(await handleExport(event, made)).toMatchObject({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
    expect(postponed).toEqual([]);
  });
});

test('a continuation that fails is thrown at Lambda, which tries it again and then keeps it', async () => {
  const { made } = functionOf([away()]);
  await expect(handleExport(continuing, made)).rejects.toMatchObject({ code: 'BrokerUnreachable' });
});
