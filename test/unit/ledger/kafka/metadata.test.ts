import { checkpointOf, type Mark, markOf } from '../../../../lib/ledger/kafka/metadata.ts';
import { caught } from '../../../support/caught.ts';

const position = { byte: 2 ** 40, counts: { sent: 3, failed: 0 } };
const object = { bucket: 'logs', key: 'a "quoted" ключ.csv', version: 'v1' };

test.each<Mark>([
  { state: 'running', position, time: 1 },
  { state: 'done', position, time: 2 },
  { state: 'stopped', position, time: 3, reason: { code: 'CastFailed', reason: 'no integer' } },
  {
    state: 'stopped',
    position,
    time: 3,
    reason: { code: 'CastFailed', reason: 'no integer', fix: 'Mend it.' },
    object,
  },
])('$state comes back as it was', (mark) => {
  expect(markOf(checkpointOf(mark))).toEqual(mark);
});

test('a long reason is cut, so that the broker takes it; what it is about stays', () => {
  const long = 'x'.repeat(5_000);
  const longest = { bucket: 'b'.repeat(63), key: 'k'.repeat(1024), version: 'v'.repeat(32) };
  const reason = { code: 'CastFailed', reason: long, fix: long };
  const checkpoint = checkpointOf({ state: 'stopped', position, time: 3, reason, object: longest });
  expect(Buffer.byteLength(checkpoint.metadata)).toBeLessThanOrEqual(4_096);
  expect(markOf(checkpoint)).toMatchObject({
    state: 'stopped',
    position,
    object: longest,
    reason: { code: 'CastFailed' },
  });
});

test('a key that takes too much room is left out rather than the stop', () => {
  const wild = { ...object, key: '\u0001'.repeat(1024) };
  const checkpoint = checkpointOf({
    state: 'stopped',
    position,
    time: 3,
    reason: { code: 'C', reason: 'r' },
    object: wild,
  });
  expect(Buffer.byteLength(checkpoint.metadata)).toBeLessThanOrEqual(4_096);
  expect(markOf(checkpoint)).toEqual({ state: 'stopped', position, time: 3, reason: { code: 'C', reason: 'r' } });
});

test.each([
  ['nothing', ''],
  ['no JSON', '{"v":1'],
  ['a list', '[1]'],
  ['null', 'null'],
  ['another version', '{"v":2,"state":"done","time":1,"counts":{}}'],
  ['no state', '{"v":1,"time":1,"counts":{}}'],
  ['no time', '{"v":1,"state":"done","counts":{}}'],
  ['counts that are none', '{"v":1,"state":"done","time":1,"counts":{"sent":"3"}}'],
  ['a stop without its reason', '{"v":1,"state":"stopped","time":1,"counts":{}}'],
])('%s is not taken for a checkpoint', (_, metadata) => {
  expect(caught(() => markOf({ offset: 1, metadata }))).toMatchObject({ code: 'BrokenCheckpoint' });
});

test('nor is an offset that is no byte', () => {
  const { metadata } = checkpointOf({ state: 'done', position, time: 1 });
  expect(caught(() => markOf({ offset: -1, metadata }))).toMatchObject({ code: 'BrokenCheckpoint' });
});
