import { Decimal } from '../../../../lib/select/values/decimal.ts';
import { parseColumnType, typeText } from '../../../../lib/sink/tdengine/column-type.ts';
import {
  createDatabase,
  createSuperTable,
  newSuperTable,
  takesCompositeKeys,
  widened,
} from '../../../../lib/sink/tdengine/definition.ts';
import { inferFields } from '../../../../lib/sink/tdengine/infer.ts';
import { positionPrefix } from '../../../../lib/sink/tdengine/position.ts';
import { readDatabase, readDescription } from '../../../../lib/sink/tdengine/table.ts';
import { rowOf, ruleOf } from '../../../support/tdengine/target.ts';

const TARGET = { target: { connection: 'plant', database: 'power', superTable: 'meters' } };
const NONE = { columns: [], tags: [] };

test.each([
  [{ precision: 'us' as const }, "CREATE DATABASE IF NOT EXISTS `power` PRECISION 'us'"],
  [{ precision: 'ms' as const, keep: 90 * 86_400 }, "CREATE DATABASE IF NOT EXISTS `power` PRECISION 'ms' KEEP 90d"],
  // KEEP is at least three times DURATION, which is ten days of itself.
  [
    { precision: 'ms' as const, keep: 3 * 86_400 },
    "CREATE DATABASE IF NOT EXISTS `power` PRECISION 'ms' DURATION 1440m KEEP 3d",
  ],
])('a database', (options, sql) => expect(createDatabase('power', options)).toBe(sql));

test('a super table with the position in its key, and without', () => {
  const create = { columns: { value: 'DOUBLE', note: 'nchar(8)' }, tags: { id: 'bigint unsigned' } };
  const keyed = newSuperTable(ruleOf({ ...TARGET, create }), NONE);
  expect(createSuperTable(keyed!)).toBe(
    'CREATE STABLE IF NOT EXISTS `meters` (`ts` TIMESTAMP, `sluice_pos` VARCHAR(255) PRIMARY KEY, `value` DOUBLE, `note` NCHAR(8)) TAGS (`id` BIGINT UNSIGNED)',
  );
  const plain = newSuperTable(
    ruleOf({ ...TARGET, create: { ...create, timestampColumn: 'at' }, sameTimestamp: 'last' }),
    NONE,
  );
  expect(createSuperTable(plain!)).toMatch(/^CREATE STABLE IF NOT EXISTS `meters` \(`at` TIMESTAMP, `value`/);
});

test('types are told from sample rows; what the rule writes goes first', () => {
  const rule = ruleOf({
    ...TARGET,
    timestamp: { field: 'at', unit: 'ms' },
    create: { infer: true, columns: { flag: 'TINYINT' } },
  });
  const rows = [
    rowOf({ id: 7, at: 1, count: 1, level: Decimal.of(15n, -1), name: 'pump', label: '泵', flag: true, gap: null }),
    rowOf({ id: 8, at: 2, count: 2n ** 60n, level: 2, name: 'x'.repeat(100), label: 'x', flag: false, gap: null }),
  ];
  const made = newSuperTable(rule, inferFields(rule, rows, Date.now));
  expect(made?.columns.map(({ name, type }) => `${name} ${typeText(type)}`)).toEqual([
    'flag TINYINT',
    'count BIGINT',
    'level DOUBLE',
    'name VARCHAR(256)',
    'label NCHAR(64)',
    'gap VARCHAR(64)',
  ]);
  expect(made?.tags.map(({ name, type }) => `${name} ${typeText(type)}`)).toEqual(['id BIGINT']);
});

test('texts are widened by more than the need, up to what a row can hold', () => {
  const type = parseColumnType('VARCHAR(16)');
  if (type.kind !== 'text') throw new Error('no text');
  expect(typeText(widened(type, 41))).toBe('VARCHAR(64)');
  expect(typeText(widened(type, 65_000))).toBe('VARCHAR(65517)');
});

test.each([
  ['3.3.6.6', true],
  ['3.3.0.0', true],
  ['3.2.3.0', false],
  ['2.6.0.1', false],
  ['4.0.0', true],
  ['', false],
])('version %s has composite keys: %p', (version, has) => expect(takesCompositeKeys(version)).toBe(has));

test('what DESCRIBE and ins_databases say', () => {
  const table = readDescription([
    ['ts', 'TIMESTAMP', 8, ''],
    ['k', 'VARCHAR', 64, 'COMPOSITE KEY'],
    ['n', 'NCHAR', 8, ''],
    ['id', 'INT', 4, 'TAG'],
  ]);
  expect(table).toMatchObject({
    time: 'ts',
    key: { name: 'k' },
    columns: [{ name: 'k' }, { type: { length: 8 } }],
    tags: [{ name: 'id' }],
  });
  expect(readDescription([['ts', 'TIMESTAMP', 8, '']])).toBeUndefined();
  expect(readDatabase(['x', 'us', '3650d,3650d,3650d'])).toEqual({ precision: 'us', keepMs: 3650 * 86_400_000 });
  expect(readDatabase(['x', 'ms', '1440m,1440m,2880m'])).toEqual({ precision: 'ms', keepMs: 2 * 86_400_000 });
  expect(readDatabase(['x', 'ms', null])).toEqual({ precision: 'ms' });
});

test('positions fit the key column, whatever the topic is called', () => {
  expect(positionPrefix({ topic: 'tp1', partition: 0 })).toBe('tp1-0-');
  const [a, b] = ['a', 'b'].map((end) => positionPrefix({ topic: 'x'.repeat(248) + end, partition: 2_147_483_647 }));
  expect(a).not.toBe(b);
  expect(`${a}9007199254740991.1000000`.length).toBeLessThanOrEqual(255);
});
