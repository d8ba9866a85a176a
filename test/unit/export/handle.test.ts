import { type Answer, handleExport, type Invocation } from '../../../lib/export/handle.ts';
import { SluiceError } from '../../../lib/failure/index.ts';
import type { ExportBundle } from '../../../lib/rule/schema.ts';
import type { Journal } from '../../../lib/telemetry/journal.ts';
import type { RunRecord } from '../../../lib/telemetry/run-record.ts';
import { away, planOf, portsOf } from '../../support/export-fakes.ts';
import { rows } from '../../support/rows.ts';

const bundle = {
  stage: 'test',
  rule: { name: 'errors', source: { bucket: 'logs', prefix: 'access/', suffix: '' }, kafka: { topic: 'errors' } },
} as unknown as ExportBundle;

function invocation(overrides: Partial<Invocation> = {}, failing: readonly Error[] = []) {
  const { ports, deadline } = portsOf({}, failing);
  const runs: RunRecord[] = [];
  const notes: [string, unknown][] = [];
  const journal: Journal = {
    run: (record) => void runs.push(record),
    note: (message, details) => void notes.push([message, details]),
  };
  const made: Invocation = {
    bundle,
    secrets: { text: () => Promise.reject(new Error('unused')), fields: () => Promise.reject(new Error('unused')) },
    journal,
    clock: ports.clock,
    requestId: 'req',
    deadline,
    instance: async () => ({ plan: planOf([rows(0, ['a', 'b'])]), ports, close: async () => undefined }),
    ...overrides,
  };
  return { made, runs, notes };
}

const record = (key: string, bucket = 'logs') => ({
  eventSource: 'aws:s3',
  eventName: 'ObjectCreated:Put',
  s3: { bucket: { name: bucket }, object: { key } },
});
const sqs = (...messages: unknown[]) => ({
  Records: messages.map((body, i) => ({ eventSource: 'aws:sqs', messageId: `m${i}`, body: JSON.stringify(body) })),
});
const denied = () => new SluiceError('TopicDenied', 'not authorized', { stage: 'kafka', fix: 'Add the ACL.' });
const runsOf = (answer: Answer) => ('runs' in answer ? answer.runs.map((run) => [run.run, run.key, run.result]) : []);

describe('the handler of an export', () => {
  it('exports each object of an event, with a run record of its own', async () => {
    const { made, runs } = invocation();
    const answer = await handleExport({ Records: [record('access/a'), record('access/b')] }, made);
    expect(runsOf(answer)).toEqual([
      ['req', 'access/a', 'done'],
      ['req.1', 'access/b', 'done'],
    ]);
    expect(runs.map((run) => run.trigger)).toEqual(['s3', 's3']);
  });

  it("leaves another rule's objects alone, and says so", async () => {
    const { made, notes } = invocation();
    const answer = await handleExport({ Records: [record('other/a'), record('access/b', 'else')] }, made);
    expect(answer).toEqual({ runs: [] });
    expect(notes).toHaveLength(2);
  });

  it('ignores the test event of S3', async () => {
    const { made, notes } = invocation();
    expect(await handleExport({ Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'logs' }, made)).toEqual({
      runs: [],
    });
    expect(notes[0]?.[0]).toContain('s3:TestEvent');
  });

  it('throws when a run failed, after the other objects had their turn, so that AWS tries the event again', async () => {
    const { made, runs } = invocation({}, [denied()]);
    const event = { Records: [record('access/a'), record('access/b')] };
    await expect(handleExport(event, made)).rejects.toMatchObject({ code: 'TopicDenied', fix: 'Add the ACL.' });
    expect(runs.map((run) => run.result)).toEqual(['failed', 'done']);
  });

  it('tells SQS which messages to deliver again, and no others', async () => {
    const { made } = invocation({}, [denied()]);
    const event = sqs({ Records: [record('access/a')] }, { Records: [record('access/b')] }, 'no event');
    expect(await handleExport(event, made)).toMatchObject({
      batchItemFailures: [{ itemIdentifier: 'm0' }, { itemIdentifier: 'm2' }],
    });
  });

  it('hands the record of a failed run to whoever asked for it by hand', async () => {
    const { made } = invocation({}, [denied()]);
    const answer = await handleExport({ sluice: 'export', bucket: 'logs', key: 'access/a' }, made);
    expect(answer).toMatchObject({ runs: [{ result: 'failed', trigger: 'manual', error: { code: 'TopicDenied' } }] });
  });

  it('records a run even when the connections cannot be opened', async () => {
    const { made, runs } = invocation({ instance: () => Promise.reject(away()) });
    await expect(handleExport({ Records: [record('access/a')] }, made)).rejects.toMatchObject({
      code: 'BrokerUnreachable',
    });
    expect(runs).toMatchObject([{ result: 'failed', sent: 0, error: { code: 'BrokerUnreachable' } }]);
  });

  it('refuses what it does not understand', async () => {
    const { made, notes } = invocation();
    await expect(handleExport({ hello: 1 }, made)).rejects.toMatchObject({ code: 'UnknownEvent' });
    expect(notes).toHaveLength(1);
  });
});
