import { belongsTo, onlyOf, type Trigger } from '../../../lib/trigger/index.ts';

const source = { bucket: 'logs', prefix: 'access/', suffix: '.csv.gz' };

test.each([
  ['logs', 'access/a.csv.gz', true],
  ['logs', 'access/.csv.gz', true],
  ['logs', 'audit/a.csv.gz', false],
  ['logs', 'access/a.json', false],
  ['other', 'access/a.csv.gz', false],
  ['logs', 'Access/a.csv.gz', false],
])('%s/%s: %p', (bucket, key, expected) => {
  expect(belongsTo(source, { bucket, key })).toBe(expected);
});

test('without prefix and suffix the whole bucket belongs', () => {
  expect(belongsTo({ bucket: 'logs' }, { bucket: 'logs', key: '' })).toBe(true);
});

test('what is another rule’s is ignored, with the reason and its message', () => {
  const mine = {
    source: 'sqs',
    ref: { bucket: 'logs', key: 'access/a.csv.gz' },
    eventName: 'ObjectCreated:Put',
    messageId: '1',
  } as const;
  const other = { ...mine, ref: { bucket: 'logs', key: 'audit/a.csv.gz' }, messageId: '2' };
  const trigger: Trigger = { kind: 'objects', objects: [mine, other], ignored: [{ reason: 'r' }], rejected: [] };
  expect(onlyOf(source, trigger)).toEqual({
    kind: 'objects',
    objects: [mine],
    ignored: [
      { reason: 'r' },
      { reason: expect.stringContaining('another rule’s prefix'), ref: other.ref, messageId: '2' },
    ],
    rejected: [],
  });
});

test('commands and test events pass', () => {
  const command: Trigger = { kind: 'command', command: { sluice: 'check' } };
  expect(onlyOf(source, command)).toBe(command);
});
