import type { Expression } from '../../../lib/select/ast.ts';
import { parseExpression, parseSelect } from '../../../lib/select/parse.ts';
import { MISSING } from '../../../lib/select/values/missing.ts';
import { caught } from '../../support/caught.ts';

/** An expression with every operator in parentheses: what binds to what. */
function shape(node: Expression): string {
  switch (node.kind) {
    case 'literal':
      return node.value === MISSING
        ? 'MISSING'
        : typeof node.value === 'string'
          ? `'${node.value}'`
          : String(node.value);
    case 'column':
      return node.path.map((step) => (step.kind === 'name' ? step.name : `[${step.index}]`)).join('.');
    case 'list':
      return `[${node.items.map(shape).join(',')}]`;
    case 'and':
    case 'or':
      return `(${node.operands.map(shape).join(` ${node.kind} `)})`;
    case 'not':
      return `(not ${shape(node.operand)})`;
    case 'negate':
      return `(-${shape(node.operand)})`;
    case 'compare':
    case 'arithmetic':
      return `(${shape(node.left)} ${node.operator} ${shape(node.right)})`;
    case 'concat':
      return `(${shape(node.left)} || ${shape(node.right)})`;
    case 'is':
      return `(${shape(node.operand)} is ${node.negated ? 'not ' : ''}${node.what})`;
    case 'between':
      return `(${shape(node.operand)} ${node.negated ? 'not ' : ''}between ${shape(node.low)} ${shape(node.high)})`;
    case 'in':
      return `(${shape(node.operand)} ${node.negated ? 'not ' : ''}in ${'kind' in node.list ? shape(node.list) : `(${node.list.map(shape).join(',')})`})`;
    case 'like':
      return `(${shape(node.operand)} ${node.negated ? 'not ' : ''}like ${shape(node.pattern)}${node.escape ? ` escape ${shape(node.escape)}` : ''})`;
    case 'case':
      return `case(${node.operand ? shape(node.operand) : ''}|${node.branches.map((b) => `${shape(b.when)}:${shape(b.result)}`).join(',')}|${node.otherwise ? shape(node.otherwise) : ''})`;
    case 'cast':
      return `cast(${shape(node.operand)} ${node.type})`;
    case 'call':
      return `${node.name}(${[node.keyword, ...node.args.map(shape)].filter((arg) => arg !== undefined).join(',')})`;
    case 'aggregate':
      return `${node.name}(${node.operand ? shape(node.operand) : '*'})`;
  }
}

test.each([
  ['1 + 2 * 3', '(1 + (2 * 3))'],
  ['1 - 2 - 3', '((1 - 2) - 3)'],
  ['-a * b', '((-a) * b)'],
  ['- - 1', '(--1)'],
  ['-9223372036854775808', '-9223372036854775808'],
  ['9223372036854775808', '9223372036854775808'],
  ['10 % -3', '(10 % -3)'],
  ['a = b = c', '(a = (b = c))'],
  ['a = b < c', '(a = (b < c))'],
  ['a < b LIKE c', '(a < (b like c))'],
  ['a LIKE b BETWEEN c AND d', '(a like (b between c d))'],
  ['a BETWEEN b IN (c) AND d', '(a between (b in (c)) d)'],
  ['a || b IN (c || d)', '((a || b) in ((c || d)))'],
  ['a + b || c', '((a + b) || c)'],
  ['NOT a = b', '(not (a = b))'],
  ['NOT a AND b', '((not a) and b)'],
  ['a OR b AND c OR d', '(a or (b and c) or d)'],
  ['a = b IS NULL', '((a = b) is null)'],
  ['NOT a IS NOT MISSING', '(not (a is not missing))'],
  ['a BETWEEN 1 AND 2 AND b', '((a between 1 2) and b)'],
  ['a NOT IN (1, 2)', '(a not in (1,2))'],
  ['a IN b', '(a in b)'],
  ['a IN [1, 2]', '(a in [1,2])'],
  [String.raw`a NOT LIKE 'x\%' ESCAPE '\'`, String.raw`(a not like 'x\%' escape '\')`],
  ["'it''s'", "'it's'"],
  ['"a ""b"" c"', 'a "b" c'],
  ["s.a['b c'][0].d", 's.a.b c.[0].d'],
  ['`2010-02T`', '2010-02T'],
  ['`2010-01-01T23:00T`', '2010-01-01T23:00-00:00'],
  ['`1.5`', '1.5'],
  ['`"x"`', "'x'"],
  ['1.50', '1.50'],
  ['.5', '0.5'],
  ['5.', '5'],
  ['1e3', '1000'],
  ['000001', '1'],
  ['CASE a WHEN 1 THEN 2 ELSE 3 END', 'case(a|1:2|3)'],
  ['CASE WHEN a THEN b END', 'case(|a:b|)'],
  ['CAST(a AS DECIMAL(38, 2))', 'cast(a DECIMAL)'],
  ['CAST(a AS integer)', 'cast(a INT)'],
  ['SUBSTRING(a FROM 2 FOR 3)', 'SUBSTRING(a,2,3)'],
  ['SUBSTRING(a, 2, 3)', 'SUBSTRING(a,2,3)'],
  ['SUBSTRING(a, 2)', 'SUBSTRING(a,2)'],
  ['TRIM(a)', 'TRIM(BOTH,a)'],
  ["TRIM(LEADING 'x' FROM a)", "TRIM(LEADING,a,'x')"],
  ['TRIM(TRAILING FROM a)', 'TRIM(TRAILING,a)'],
  ["TRIM('x' FROM a)", "TRIM(BOTH,a,'x')"],
  ['EXTRACT(timezone_hour FROM a)', 'EXTRACT(TIMEZONE_HOUR,a)'],
  ['DATE_ADD(month, -1, a)', 'DATE_ADD(MONTH,-1,a)'],
  ['count(*) + 1', '(COUNT(*) + 1)'],
  ['COUNT(ALL a)', 'COUNT(a)'],
  ['a /* why */ + -- because\n b', '(a + b)'],
  ['missing IS MISSING', '(MISSING is missing)'],
])('%s', (sql, expected) => {
  expect(shape(parseExpression(sql))).toBe(expected);
});

test.each([
  ['', 'ParseEmptySelect', '1:1: unexpected the end of the query, expected SELECT'],
  ['INSERT INTO x', 'ParseUnsupportedSyntax', '1:1: unexpected INSERT, expected SELECT'],
  ['SELECT FROM S3Object', 'ParseEmptySelect', '1:8: unexpected FROM, expected a column, an expression or *'],
  ['SELECT a', 'ParseSelectMissingFrom', '1:9: unexpected the end of the query, expected an operator, a comma or FROM'],
  [
    'SELECT *, a FROM S3Object',
    'ParseAsteriskIsNotAloneInSelectList',
    '1:9: unexpected ,, expected FROM, since * stands alone',
  ],
  ['SELECT a FROM t', 'InvalidDataSource', '1:15: unexpected t, expected S3Object'],
  ['SELECT a FROM S3Object.b', 'InvalidKeyPath', '1:23: a path begins with [*], expected S3Object[*]'],
  [
    'SELECT a FROM S3Object s, S3Object t',
    'MultipleDataSourcesUnsupported',
    '1:25: there is one S3Object to select from, expected WHERE, LIMIT or the end of the query',
  ],
  [
    'SELECT a FROM S3Object GROUP BY a',
    'UnsupportedSqlStructure',
    '1:24: GROUP is not part of the dialect, expected SELECT … FROM … WHERE … LIMIT',
  ],
  [
    'SELECT a FROM S3Object WHERE',
    'ParseExpectedExpression',
    '1:29: unexpected the end of the query, expected an expression',
  ],
  [
    'SELECT a\nFROM S3Object\nWHERE é = ',
    'ParseExpectedExpression',
    '3:11: unexpected the end of the query, expected an expression',
  ],
  ['SELECT a FROM S3Object LIMIT -1', 'EvaluatorNegativeLimit', '1:30: LIMIT is negative, expected a whole number'],
  ['SELECT a FROM S3Object LIMIT x', 'ParseExpectedNumber', '1:30: LIMIT has no number, expected a whole number'],
  ['SELECT s.CAST FROM S3Object s', 'ParseUnexpectedKeyword', '1:10: CAST is a reserved word, expected a name'],
  ['SELECT size FROM S3Object', 'ParseUnexpectedKeyword', '1:8: size is a reserved word, expected an expression'],
  [
    'SELECT CAST(a AS BLOB) FROM S3Object',
    'ParseExpectedTypeName',
    '1:18: unexpected BLOB, expected a type: BOOL, INT, FLOAT, DECIMAL, STRING or TIMESTAMP',
  ],
  ['SELECT CAST(a) FROM S3Object', 'ParseCastArity', '1:14: unexpected ), expected AS'],
  ['SELECT CASE a END FROM S3Object', 'ParseExpectedWhenClause', '1:15: unexpected END, expected WHEN'],
  [
    'SELECT EXTRACT(eon FROM a) FROM S3Object',
    'ParseExpectedDatePart',
    '1:16: unexpected eon, expected a date part: year, month, day, hour, minute, second, timezone_hour, timezone_minute',
  ],
  [
    'SELECT DATE_DIFF(timezone_hour, a, b) FROM S3Object',
    'ParseExpectedDatePart',
    '1:18: unexpected timezone_hour, expected a date part: year, month, day, hour, minute, second',
  ],
  ['SELECT SUM(a, b) FROM S3Object', 'ParseNonUnaryAgregateFunctionCall', '1:8: SUM has 2 arguments, expected 1'],
  [
    'SELECT SUM(*) FROM S3Object',
    'ParseUnsupportedCallWithStar',
    '1:12: unexpected *, expected an expression: only COUNT takes *',
  ],
  ['SELECT a IN () FROM S3Object', 'ParseExpectedExpression', '1:14: IN has no values, expected at least one'],
  ["SELECT 'a FROM S3Object", 'LexerInvalidLiteral', "1:8: a string does not end, expected '"],
  ['SELECT 1a FROM S3Object', 'LexerInvalidLiteral', '1:8: 1a is neither a number nor a name'],
  [
    'SELECT `x` FROM S3Object',
    'LexerInvalidIONLiteral',
    '1:8: this is no Ion literal, expected a timestamp such as `2010-02-03T04:05:06Z`, a number or "text"',
  ],
  ['SELECT a ? b FROM S3Object', 'LexerInvalidChar', '1:10: the character "?" has no meaning here'],
  [
    'SELECT `2010-02-30` FROM S3Object',
    'LexerInvalidIONLiteral',
    '1:8: this is no Ion literal, expected a timestamp such as `2010-02-03T04:05:06Z`, a number or "text"',
  ],
])('refuses %s', (sql, code, message) => {
  expect(caught(() => parseSelect(sql))).toMatchObject({ code, message, stage: 'select', retryable: false });
});

test.each([
  ['parentheses', `SELECT ${'('.repeat(10_000)}1${')'.repeat(10_000)} FROM S3Object`],
  ['NOT', `SELECT ${'NOT '.repeat(10_000)} TRUE FROM S3Object`],
  ['CASE', `SELECT ${'CASE WHEN '.repeat(10_000)}`],
  ['lists', `SELECT ${'['.repeat(10_000)}`],
  ['calls', `SELECT ${'LOWER('.repeat(10_000)}`],
  ['casts', `SELECT ${'CAST('.repeat(10_000)}`],
  ['sums', `SELECT ${'1+'.repeat(10_000)}1 FROM S3Object`],
  ['equalities', `SELECT ${'1='.repeat(10_000)}1 FROM S3Object`],
])('refuses %s nested ten thousand deep', (_, sql) => {
  expect(caught(() => parseSelect(sql))).toMatchObject({ code: 'UnsupportedSqlStructure' });
});

test('takes thousands of conjuncts, which do not nest', () => {
  const select = parseSelect(`SELECT * FROM S3Object WHERE ${'a = 1 OR '.repeat(10_000)} b`);
  expect(select.where).toMatchObject({ kind: 'or', operands: { length: 10_001 } });
});

test('refuses a query of more than 256 KB', () => {
  expect(caught(() => parseSelect(`SELECT '${'x'.repeat(256 * 1024)}' FROM S3Object`))).toMatchObject({
    code: 'ExpressionTooLong',
  });
});

test('says how to name a column that is a reserved word', () => {
  expect(caught(() => parseSelect('SELECT s.key FROM S3Object s'))).toMatchObject({
    fix: 'Write "key" in double quotes if it is a column.',
    context: { line: 1, column: 10 },
  });
});

test.each([
  ['S3Object', [], undefined],
  ['S3Object[*]', [], undefined],
  ['s3object AS s', [], 's'],
  ['S3Object[*].a[\'b\'][0]."c"[*].* x', ['a', 'b!', 0, 'c!', '[*]', '.*'], 'x'],
])('FROM %s', (from, path, alias) => {
  const select = parseSelect(`SELECT * FROM ${from}`);
  const steps = select.from.path.map((step) =>
    step.kind === 'name'
      ? `${step.name}${step.exact ? '!' : ''}`
      : step.kind === 'index'
        ? step.index
        : step.kind === 'each'
          ? '[*]'
          : '.*',
  );
  expect(steps).toEqual(path);
  expect(select.from.alias?.name).toBe(alias);
});
