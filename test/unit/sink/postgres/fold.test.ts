import type { Key, PutStep, RemoveStep, TableStep } from '../../../../lib/sink/postgres/change.ts';
import type { Column } from '../../../../lib/sink/postgres/column.ts';
import { fold, isOlder, type Segment } from '../../../../lib/sink/postgres/fold.ts';
import type { Cell, Layout } from '../../../../lib/sink/postgres/row.ts';

const layouts = new Map<string, Layout>();
const layout = (columns: readonly Column[]): Layout => {
  const names = columns.map(({ name }) => name);
  const id = names.join();
  const known = layouts.get(id) ?? { columns, names };
  layouts.set(id, known);
  return known;
};
const column = (name: string): Column => ({
  name,
  type: { category: 'text', name: 'text', cast: '"pg_catalog"."text"' },
  notNull: false,
  hasDefault: false,
  generated: false,
});
const keyOf = (id: string): Key => ({ id, cells: [id] });
let index = 0;
beforeEach(() => {
  index = 0;
});

const put = (fields: Readonly<Record<string, Cell>>, rest: Partial<PutStep> = {}): PutStep => ({
  kind: 'put',
  index: index++,
  key: keyOf(fields['id']!),
  row: { layout: layout(Object.keys(fields).map(column)), cells: Object.values(fields) },
  kept: [],
  uncertain: [],
  ...rest,
});
const remove = (id: string, rest: Partial<RemoveStep> = {}): RemoveStep => ({
  kind: 'remove',
  index: index++,
  key: keyOf(id),
  ...rest,
});

/** One line for each thing that is done. */
function shown(segments: readonly Segment[]): string[][] {
  const fields = ({ row }: { readonly row: PutStep['row'] }) =>
    row.layout.names.map((name, i) => `${name}=${row.cells[i]}`).join(' ');
  return segments.map(({ truncate, moves, removals, patches, upserts, adoption }) => [
    ...(truncate === undefined ? [] : ['truncate']),
    ...moves.map(({ key, later }) => `move ${key.id} to ${later.id}`),
    ...removals.map(({ key }) => `remove ${key.id}`),
    ...patches.map((patch) => `patch ${patch.origin.id}: ${fields(patch)}`),
    ...upserts.map((upsert) => `write ${fields(upsert)}`),
    ...(adoption === undefined ? [] : [`adopt ${fields(adoption)}`]),
  ]);
}
const folded = (steps: readonly TableStep[], options: { newestWins?: boolean; apart?: boolean } = {}) =>
  shown(fold(steps, { layout, newestWins: false, apart: false, ...options }));

const pair = (from: string, to: string, fields: Readonly<Record<string, Cell>>, kept: readonly string[] = []) => [
  remove(from, { later: keyOf(to) }),
  put({ id: to, ...fields }, { former: keyOf(from), kept }),
];

test.each<readonly [string, () => readonly TableStep[], readonly (readonly string[])[]]>([
  ['nothing', () => [], []],
  ['each key once', () => [put({ id: '1', a: 'x' }), put({ id: '2', a: 'y' })], [['write id=1 a=x', 'write id=2 a=y']]],
  ['the last one of a key', () => [put({ id: '1', a: 'x' }), put({ id: '1', a: 'y' })], [['write id=1 a=y']]],
  ['fields of both', () => [put({ id: '1', a: 'x', b: 'z' }), put({ id: '1', a: 'y' })], [['write id=1 a=y b=z']]],
  ['insert and delete', () => [put({ id: '1', a: 'x' }), remove('1')], [['remove 1']]],
  ['delete and insert', () => [remove('1'), put({ id: '1', a: 'x' })], [['remove 1', 'write id=1 a=x']]],
  ['a kept value', () => [put({ id: '1', a: 'x' }, { kept: ['b'] })], [['patch 1: id=1 a=x']]],
  [
    'a kept value from earlier in the batch',
    () => [put({ id: '1', a: 'x', b: 'z' }), put({ id: '1', a: 'y' }, { kept: ['b'] })],
    [['write id=1 a=y b=z']],
  ],
  [
    'kept, then told',
    () => [put({ id: '1', a: 'x' }, { kept: ['b'] }), put({ id: '1', a: 'y', b: 'z' })],
    [['write id=1 a=y b=z']],
  ],
  ['a changed key, told whole', () => pair('1', '2', { a: 'x' }), [['remove 1', 'write id=2 a=x']]],
  ['a changed key with a kept value', () => pair('1', '2', { a: 'x' }, ['b']), [['patch 1: id=2 a=x']]],
  [
    'a key that changes twice',
    () => [...pair('1', '2', { a: 'x' }, ['b']), ...pair('2', '3', { a: 'y' }, ['b'])],
    [['remove 2', 'patch 1: id=3 a=y']],
  ],
  [
    'a row inserted here whose key changes',
    () => [put({ id: '1', a: 'x', b: 'z' }), ...pair('1', '2', { a: 'y' }, ['b'])],
    [['remove 1', 'write id=2 a=y b=z']],
  ],
  [
    'the old key taken by another row',
    () => [...pair('1', '2', { a: 'x' }, ['b']), put({ id: '1', a: 'n', b: 'n' })],
    [['patch 1: id=2 a=x', 'write id=1 a=n b=n']],
  ],
  [
    'a changed key that is sent again after the old one was taken',
    () => [
      put({ id: '1', a: 'x', b: 'old' }),
      ...pair('1', '2', { a: 'y' }, ['b']),
      put({ id: '1', a: 'n', b: 'new' }),
      ...pair('1', '2', { a: 'y' }, ['b']),
      put({ id: '1', a: 'n', b: 'new' }),
    ],
    [['remove 1', 'write id=1 a=n b=new', 'write id=2 a=y b=old']],
  ],
  ['a key that goes elsewhere', () => [remove('1', { later: keyOf('2') })], [['move 1 to 2']]],
  [
    'a row changed here that goes elsewhere',
    () => [put({ id: '1', a: 'x' }), remove('1', { later: keyOf('2') })],
    [['write id=1 a=x'], ['move 1 to 2']],
  ],
  [
    'a key that goes elsewhere and is taken again',
    () => [remove('1', { later: keyOf('2') }), put({ id: '1', a: 'x' })],
    [['move 1 to 2'], ['write id=1 a=x']],
  ],
  [
    'a key that comes from elsewhere',
    () => [
      put({ id: '9', a: 'x' }),
      put({ id: '2', a: 'x' }, { former: keyOf('1'), kept: ['b'] }),
      put({ id: '8', a: 'x' }),
    ],
    [['write id=9 a=x'], ['adopt id=2 a=x'], ['write id=8 a=x']],
  ],
  [
    'a truncate between',
    () => [put({ id: '1', a: 'x' }), { kind: 'truncate', index: 1 }, put({ id: '2', a: 'x' })],
    [['write id=1 a=x'], ['truncate', 'write id=2 a=x']],
  ],
  [
    'null that may be a large value that stayed',
    () => [put({ id: '1', n: '1'.repeat(2000) }), put({ id: '1', n: null }, { uncertain: ['n'] })],
    [[`write id=1 n=${'1'.repeat(2000)}`]],
  ],
  [
    'null after a small value is null',
    () => [put({ id: '1', n: '1' }), put({ id: '1', n: null }, { uncertain: ['n'] })],
    [['write id=1 n=null']],
  ],
])('%s', (_what, steps, expected) => {
  expect(folded(steps())).toEqual(expected);
});

test('the older of two is left out where positions tell', () => {
  const steps = [put({ id: '1', a: 'new' }, { order: [2n, 1n] }), put({ id: '1', a: 'old' }, { order: [1n, 9n] })];
  expect(folded(steps, { newestWins: true })).toEqual([['write id=1 a=new']]);
  expect(folded(steps)).toEqual([['write id=1 a=old']]);
});

test('changes of one key stay apart where only the server can compare them', () => {
  const steps = [put({ id: '1', a: 'x' }), put({ id: '2', a: 'x' }), put({ id: '1', a: 'y' })];
  expect(folded(steps, { apart: true })).toEqual([['write id=1 a=x', 'write id=2 a=x'], ['write id=1 a=y']]);
});

test.each([
  [[1n], [2n], true],
  [[2n], [1n], false],
  [[1n], [1n], false],
  [[1n], [1n, 0n], true],
  [[1n, 5n], [1n, 4n], false],
  [[10n], [9n, 9n], false],
])('%p is older than %p: %p', (a, b, expected) => {
  expect(isOlder(a, b)).toBe(expected);
});
