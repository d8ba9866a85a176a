import { jsonMembers } from '../../../lib/cli/json-row.ts';
import { objectOf } from '../../../lib/cli/object-argument.ts';
import { isRun, shortRun } from '../../../lib/cli/run-text.ts';
import { printable, table } from '../../../lib/cli/table.ts';
import { isColored } from '../../../lib/cli/terminal.ts';
import { ago, bytes, counted, duration, since } from '../../../lib/cli/units.ts';
import { NOW } from '../../support/cli-fakes.ts';

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1.0 KiB'],
  [150 * 1024, '150 KiB'],
  [2.5 * 1024 ** 3, '2.5 GiB'],
])('%d bytes are %s', (count, text) => expect(bytes(count)).toBe(text));

test.each([
  [7, '7 ms'],
  [1500, '1.5 s'],
  [59_999, '60.0 s'],
  [90_000, '1 min 30 s'],
  [3_599_999, '1 h 0 min'],
  [90_000_000, '1 d 1 h'],
])('%d ms are %s', (ms, text) => expect(duration(ms)).toBe(text));

test.each([
  ['30s', NOW - 30_000],
  ['15m', NOW - 900_000],
  ['7d', NOW - 7 * 86_400_000],
  ['2026-05-01', Date.parse('2026-05-01')],
  ['2026-05-01T06:00:00Z', Date.parse('2026-05-01T06:00:00Z')],
  ['yesterday', undefined],
  ['7', undefined],
  ['', undefined],
])('--since %s', (text, at) => expect(since(text, NOW)).toBe(at));

test('a time in the future is not told as one', () => expect(ago(NOW + 5000, NOW)).toBe('0 s ago'));
test('one is singular', () => expect([counted(1, 'row'), counted(1200, 'row')]).toEqual(['1 row', '1,200 rows']));

describe('a table', () => {
  const columns = [{ title: 'name' }, { title: 'n', right: true }];

  test('is as wide as its content', () => {
    expect(
      table(
        columns,
        [
          ['a', '1'],
          ['long name', '20'],
        ],
        Number.POSITIVE_INFINITY,
      ),
    ).toEqual(['NAME        N', 'a           1', 'long name  20']);
  });

  test('cuts its widest column to fit the terminal', () => {
    const lines = table(columns, [['a'.repeat(50), '12345']], 20);
    expect(lines[1]).toBe(`${'a'.repeat(12)}…  12345`);
  });

  test('does not count colours', () => {
    const [, colored] = table(columns, [['\u001b[31mab\u001b[39m', '1']], 80);
    expect(colored).toBe('\u001b[31mab\u001b[39m    1');
  });
});

test('data cannot steer the terminal', () => {
  expect(printable('a\u001b[2Jb\nc\td\u009b')).toBe('a␛[2Jb⏎c⇥d�');
});

test.each([
  [{ isTTY: true }, {}, true],
  [{ isTTY: true }, { NO_COLOR: '1' }, false],
  [{ isTTY: true }, { NO_COLOR: '' }, true],
  [{ isTTY: true }, { TERM: 'dumb' }, false],
  [{}, {}, false],
  [{}, { FORCE_COLOR: '1' }, false],
])('colours on %j with %j: %s', (stream, env, colored) => expect(isColored(stream, env)).toBe(colored));

test.each([
  [
    '{"a":9007199254740993,"b":"x, \\"y\\"","c":{"d":[1,{"e":2}]},"f":null}',
    [
      ['a', '9007199254740993'],
      ['b', 'x, "y"'],
      ['c', '{"d":[1,{"e":2}]}'],
      ['f', 'null'],
    ],
  ],
  ['{ "a" : 1 }', [['a', '1']]],
  ['{}', []],
  ['[1]', undefined],
  ['7', undefined],
])('members of %s', (text, members) => expect(jsonMembers(text)).toEqual(members));

test.each([
  ['access/a b.csv', { bucket: 'logs', key: 'access/a b.csv' }],
  ['s3://other/x/y.csv', { bucket: 'other', key: 'x/y.csv' }],
  ['cos://other-125/x', { bucket: 'other-125', key: 'x' }],
])('%s names an object', (argument, ref) => expect(objectOf(argument, 'logs')).toEqual(ref));
test('a bucket alone is no object', () => expect(() => objectOf('s3://other', 'logs')).toThrow('names no object'));

test('a run is asked for by what the table shows of it', () => {
  const run = '11111111-2222-3333-4444-555555555555.3';
  expect(shortRun(run)).toBe('11111111.3');
  expect([run, '11111111.3', '11111111-2222'].map((asked) => isRun(run, asked))).toEqual([true, true, true]);
  expect(['11111', '11111111.4'].map((asked) => isRun(run, asked))).toEqual([false, false]);
});
