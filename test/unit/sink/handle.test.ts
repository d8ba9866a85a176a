import { SluiceError } from '../../../lib/failure/index.ts';
import type { SinkRule } from '../../../lib/rule/schema.ts';
import type { Slice } from '../../../lib/sink/contract.ts';
import { handleSink, type SinkInvocation } from '../../../lib/sink/handle.ts';
import { RowFault } from '../../../lib/sink/row-fault.ts';
import type { SinkRunRecord } from '../../../lib/telemetry/sink-run-record.ts';
import { PLACE, type Scene, sceneOf, TableTarget, wordOf } from '../../support/sink-fakes.ts';

const BUNDLE = {
  stage: 'test',
  hash: '',
  connections: { kafka: {}, postgres: {}, tdengine: {}, redis: {} },
  rule: { name: 'words' } as SinkRule,
};

/** As AWS's event source mapping hands messages over: `errors-0` at 10 holds `a` and `b`. */
function eventOf(parts: Readonly<Record<string, readonly (string | null)[]>>, from = 10) {
  const records = Object.entries(parts).map(([place, values]) => {
    const [, topic, partition] = /^(.*)-(\d+)$/.exec(place) ?? [];
    const list = values.map((value, i) => ({
      topic,
      partition: Number(partition),
      offset: from + i,
      timestamp: 0,
      timestampType: 'CREATE_TIME',
      headers: [],
      ...(value === null ? {} : { value: Buffer.from(value).toString('base64') }),
    }));
    return [place, list] as const;
  });
  return { eventSource: 'aws:kafka', records: Object.fromEntries(records) };
}

function invocationOf(scene: Scene, extra: Partial<SinkInvocation> = {}) {
  const runs: SinkRunRecord[] = [];
  const notes: string[] = [];
  const invocation: SinkInvocation = {
    bundle: BUNDLE,
    journal: { run: (record) => runs.push(record), note: (message) => notes.push(message) },
    clock: scene.ports.clock,
    requestId: 'request',
    deadline: 100_000,
    instance: async () => ({ ...scene, endpoint: undefined as never, close: async () => undefined }),
    check: async () => [{ name: 'target', state: 'ok', detail: 'well', ms: 1 }],
    ...extra,
  };
  return { runs, notes, handle: (event: unknown) => handleSink(event, invocation) };
}

const poison = ({ changes }: Slice) =>
  changes.some((change) => wordOf(change) === 'poison') ? new RowFault('NotNull', 'no') : undefined;

describe('an event of messages', () => {
  it('of several topics and partitions is delivered and told as one run', async () => {
    const scene = sceneOf();
    const { handle, runs } = invocationOf(scene);
    const answer = await handle(eventOf({ 'errors-0': ['a', 'b'], 'errors-1': ['c'], 'my-other-0': ['d', null] }));
    expect(scene.ports.target.words).toEqual(['a', 'b', 'c', 'd']);
    expect(runs).toEqual([
      expect.objectContaining({
        kind: 'sink',
        run: 'request',
        rule: 'words',
        stage: 'test',
        trigger: 'kafka',
        result: 'done',
        read: 5,
        written: 4,
        partitions: [
          { topic: 'errors', partition: 0, first: 10, last: 11 },
          { topic: 'errors', partition: 1, first: 10, last: 10 },
          { topic: 'my-other', partition: 0, first: 10, last: 11 },
        ],
      }),
    ]);
    expect(answer).toEqual({ run: runs[0] });
  });

  it('that comes twice changes nothing the second time', async () => {
    const scene = sceneOf();
    const { handle, runs } = invocationOf(scene);
    await handle(eventOf({ 'errors-0': ['a', 'b'] }));
    await handle(eventOf({ 'errors-0': ['a', 'b'] }));
    expect(scene.ports.target.words).toEqual(['a', 'b']);
    expect(runs[1]).toMatchObject({ result: 'done', written: 0, repeated: 2 });
  });

  it('that comes late, after the next one, changes nothing', async () => {
    const scene = sceneOf();
    const { handle } = invocationOf(scene);
    await handle(eventOf({ 'errors-0': ['a', 'b'] }, 0));
    await handle(eventOf({ 'errors-0': ['c'] }, 2));
    await handle(eventOf({ 'errors-0': ['a', 'b'] }, 0));
    await handle(eventOf({ 'errors-0': ['b', 'c', 'd'] }, 1));
    expect(scene.ports.target.words).toEqual(['a', 'b', 'c', 'd']);
  });

  it('without messages is no run', async () => {
    const { handle, runs } = invocationOf(sceneOf());
    expect(await handle(eventOf({}))).toEqual({});
    expect(runs).toEqual([]);
  });

  it('that cannot be understood is thrown at the caller, so that nothing of it counts as consumed', async () => {
    const { handle, notes } = invocationOf(sceneOf());
    await expect(handle({ Records: [] })).rejects.toMatchObject({ code: 'UnknownEvent' });
    expect(notes).toHaveLength(1);
  });
});

describe('a message that cannot be written, under retain', () => {
  it('fails the event, lets the other partitions of it go on, and stands there until it is resumed', async () => {
    const scene = sceneOf({}, new TableTarget({ refuse: poison }));
    const { handle, runs } = invocationOf(scene);
    const event = eventOf({ 'errors-0': ['a', 'poison', 'b'], 'errors-1': ['c'] });
    const stopped = { code: 'PartitionStopped', context: { rule: 'words', ...PLACE, messageOffset: '11' } };
    await expect(handle(event)).rejects.toMatchObject(stopped);
    await expect(handle(event)).rejects.toMatchObject({
      ...stopped,
      message: 'partition 0 of errors stands still at message 11: no (NotNull)',
      fix: expect.stringContaining('sluice resume words'),
    });
    expect(scene.ports.target.words).toEqual(['a', 'c']);
    expect(runs.map(({ result, written, error }) => [result, written, error?.code])).toEqual([
      ['stopped', 2, 'PartitionStopped'],
      ['stopped', 0, 'PartitionStopped'],
    ]);
    const stop = expect.objectContaining({ ...PLACE, offset: 11, code: 'NotNull' });
    expect(await handle({ sluice: 'stops' })).toEqual({ stops: [stop] });
    expect(await handle({ sluice: 'resume', topic: 'other' })).toEqual({ stops: [] });
    expect(await handle({ sluice: 'resume', topic: 'errors', partition: 0 })).toEqual({ stops: [stop] });
    expect(await handle({ sluice: 'stops' })).toEqual({ stops: [] });
  });
});

describe('what fails outside the messages', () => {
  it('is told and thrown', async () => {
    const refused = new SluiceError('WrongPassword', 'no', { stage: 'sink' });
    const { handle, runs } = invocationOf(sceneOf({ onError: 'discard' }, new TableTarget({ failing: [refused] })));
    await expect(handle(eventOf({ 'errors-0': ['a'] }))).rejects.toMatchObject({ code: 'WrongPassword' });
    expect(runs).toMatchObject([{ result: 'failed', error: { code: 'WrongPassword', stage: 'sink' } }]);
  });

  it('a connection that cannot be opened is a run that did nothing', async () => {
    const instance = async () => {
      throw new SluiceError('MissingSecret', 'no secret', { stage: 'secret' });
    };
    const { handle, runs } = invocationOf(sceneOf(), { instance });
    await expect(handle(eventOf({ 'errors-0': ['a'] }))).rejects.toMatchObject({ code: 'MissingSecret' });
    expect(runs).toMatchObject([{ result: 'failed', read: 0 }]);
  });
});

it('check answers with probes', async () => {
  const { handle } = invocationOf(sceneOf());
  expect(await handle({ sluice: 'check' })).toEqual({
    probes: [{ name: 'target', state: 'ok', detail: 'well', ms: 1 }],
  });
});
