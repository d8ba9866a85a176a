import { Decimal } from '../../../../lib/select/values/decimal.ts';
import { MISSING } from '../../../../lib/select/values/missing.ts';
import { Timestamp } from '../../../../lib/select/values/timestamp.ts';
import { Float, Struct, Untyped, type Value } from '../../../../lib/select/values/value.ts';
import { parseColumnType } from '../../../../lib/sink/tdengine/column-type.ts';
import { type LiteralPolicy, literalWriter } from '../../../../lib/sink/tdengine/literal.ts';
import { StatementBuffer } from '../../../../lib/sink/tdengine/statement-buffer.ts';

const STRICT: LiteralPolicy = { nan: 'fail', tooLong: 'fail', typeMismatch: 'fail', round: false, widen: false };

/** The literal, or what is wrong. */
function written(type: string, value: Value, policy: Partial<LiteralPolicy> = {}): string {
  const out = new StatementBuffer(4);
  const problem = literalWriter('columns.c', parseColumnType(type), 'ms', { ...STRICT, ...policy })(out, value);
  if (problem !== undefined) {
    expect(out.length).toBe(0);
    return `${problem.kind}: ${problem.reason}`;
  }
  return out.bytes.toString('utf8', 0, out.length);
}

const decimal = (text: string) => Decimal.parse(text)!;

test.each<[string, Value, string]>([
  ['INT', null, 'NULL'],
  ['INT', MISSING, 'NULL'],
  ['INT', -2_147_483_648, '-2147483648'],
  ['INT', 2_147_483_648, 'typeMismatch: does not fit INT'],
  ['INT', '12', '12'],
  ['INT', new Untyped('12'), '12'],
  ['INT', '', 'typeMismatch: is no number, for INT'],
  ['INT', true, 'typeMismatch: is no number, for INT'],
  ['INT', decimal('7.00'), '7'],
  ['INT', new Float(3), '3'],
  ['TINYINT', 127, '127'],
  ['TINYINT', 128, 'typeMismatch: does not fit TINYINT'],
  ['TINYINT UNSIGNED', 255, '255'],
  ['TINYINT UNSIGNED', -1, 'typeMismatch: does not fit TINYINT UNSIGNED'],
  ['SMALLINT', -32_768, '-32768'],
  ['BIGINT', 9_223_372_036_854_775_807n, '9223372036854775807'],
  ['BIGINT', 9_007_199_254_740_993n, '9007199254740993'],
  ['BIGINT', decimal('9223372036854775808'), 'typeMismatch: does not fit BIGINT'],
  ['BIGINT UNSIGNED', decimal('18446744073709551615'), '18446744073709551615'],
  ['BIGINT UNSIGNED', decimal('18446744073709551616'), 'typeMismatch: does not fit BIGINT UNSIGNED'],
  ['BIGINT', decimal('1E+60'), 'typeMismatch: does not fit BIGINT'],
  ['DOUBLE', decimal('10.50'), '10.50'],
  ['DOUBLE', decimal('-0.05'), '-0.05'],
  ['DOUBLE', decimal('1E+300'), '1e+300'],
  ['DOUBLE', 1, '1'],
  ['DOUBLE', new Float(-0), '0'],
  ['DOUBLE', new Float(0.1), '0.1'],
  ['DOUBLE', new Float(Number.NaN), 'nan: is NaN, infinite, or too small for the column'],
  ['DOUBLE', '-Infinity', 'nan: is NaN, infinite, or too small for the column'],
  ['DOUBLE', decimal('1E-310'), 'nan: is NaN, infinite, or too small for the column'],
  ['DOUBLE', decimal('1E-400'), 'nan: is NaN, infinite, or too small for the column'],
  ['DOUBLE', decimal('1E+400'), 'nan: is NaN, infinite, or too small for the column'],
  ['DOUBLE', 'x', 'typeMismatch: is no number'],
  ['FLOAT', decimal('1E+39'), 'typeMismatch: is too large for FLOAT'],
  ['FLOAT', decimal('1E-39'), 'nan: is NaN, infinite, or too small for the column'],
  ['BOOL', true, 'true'],
  ['BOOL', 'FALSE', 'false'],
  ['BOOL', 1, '1'],
  ['BOOL', 2, 'typeMismatch: is neither true nor false'],
  ['TIMESTAMP', Timestamp.parse('2024-07-03T09:46:40.1234Z')!, '1720000000123'],
  ['TIMESTAMP', '2024-07-03 09:46:40', '1720000000000'],
  ['TIMESTAMP', 1_720_000_000_000, '1720000000000'],
  ['VARCHAR(3)', 'abc', "'abc'"],
  ['VARCHAR(3)', "a'b", "'a\\'b'"],
  ['VARCHAR(3)', '机', "'机'"],
  ['VARCHAR(3)', '机x', 'tooLong: has 4 bytes, and the column takes 3'],
  ['NCHAR(2)', '机🙂', "'机🙂'"],
  ['NCHAR(2)', 'abc', 'tooLong: has 3 characters, and the column takes 2'],
  ['VARCHAR(30)', decimal('1.5'), "'1.5'"],
  ['VARCHAR(30)', [1, 'a', null], '\'[1,"a",null]\''],
  ['VARCHAR(30)', new Struct(['a'], [true]), '\'{"a":true}\''],
  ['VARCHAR(9)', 'a\u0000b', 'typeMismatch: holds a NUL character, which no statement can carry'],
  ['DECIMAL(10,2)', decimal('12.34'), '12.34'],
  ['GEOMETRY(100)', 'POINT(1 1)', "'POINT(1 1)'"],
])('%s of %p', (type, value, literal) => expect(written(type, value)).toBe(literal));

test.each<[string, Value, Partial<LiteralPolicy>, string]>([
  ['DOUBLE', 'NaN', { nan: 'set-null' }, 'NULL'],
  ['DOUBLE', 'NaN', { nan: 'set-zero' }, '0'],
  ['INT', 'x', { typeMismatch: 'set-null' }, 'NULL'],
  ['INT', decimal('1.5'), { round: true }, '2'],
  ['INT', decimal('-1.5'), { round: true }, '-2'],
  ['INT', decimal('1.49'), { round: true }, '1'],
  ['INT', decimal('2147483647.5'), { round: true }, 'typeMismatch: does not fit INT'],
  ['VARCHAR(4)', '机机', { tooLong: 'truncate' }, "'机'"],
  ['NCHAR(1)', '🙂🙂', { tooLong: 'truncate' }, "'🙂'"],
  ['VARCHAR(1)', 'ab', { tooLong: 'set-null' }, 'NULL'],
  ['VARCHAR(1)', 'ab', { tooLong: 'truncate', widen: true }, 'tooLong: has 2 bytes, and the column takes 1'],
  ['VARCHAR(1)', 'x'.repeat(65_518), { tooLong: 'truncate', widen: true }, "'x'"],
  ['VARCHAR(1)', 'x'.repeat(65_518), { tooLong: 'set-null', widen: true }, 'NULL'],
])('%s of a value that does not fit, under a policy', (type, value, policy, literal) =>
  expect(written(type, value, policy)).toBe(literal),
);

test('a text that is too long says what length it needs, where a column may be widened', () => {
  const write = (value: string) =>
    literalWriter('tags.t', parseColumnType('VARCHAR(1)'), 'ms', { ...STRICT, widen: true })(
      new StatementBuffer(1),
      value,
    );
  expect(write('abc')).toMatchObject({ about: 'tags.t', kind: 'tooLong', needed: 3 });
  expect(write('x'.repeat(65_518))?.needed).toBeUndefined();
});

test('what is wrong with a value never shows the value', () => {
  const secret = 'hunter2-hunter2';
  for (const type of ['INT', 'DOUBLE', 'BOOL', 'TIMESTAMP', 'VARCHAR(2)', 'NCHAR(2)', 'DECIMAL(4,2)']) {
    expect(written(type, secret)).not.toContain('hunter');
  }
});
