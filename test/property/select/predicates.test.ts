import fc from 'fast-check';
import { CSV, JSONL, selectAll } from '../../support/select.ts';

/** Texts around which comparisons of bytes could go wrong. */
const field = fc.oneof(
  fc.constantFrom(
    '',
    '0',
    '-0',
    '+5',
    '5',
    '5.0',
    '05',
    '5.',
    '.5',
    '0.5',
    '-5',
    '1e1',
    '10',
    '9',
    'abc',
    'ab',
    'ABC',
    'é',
    '😀',
    'ﬀ',
    ' 5',
    '5 ',
    'true',
    '9007199254740993',
  ),
  fc.constantFrom(
    '999999999999999',
    '1000000000000000',
    '0.100000000000001',
    '123456789.1234567',
    '-',
    '.',
    '1.2.3',
    '2010T',
  ),
  fc.integer().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.string({ maxLength: 6 }).filter((text) => !/[\r\n]/.test(text)),
);
const literal = fc.oneof(
  fc.constantFrom(
    '0',
    '5',
    '-5',
    '0.5',
    '5.00',
    '10',
    '9007199254740993',
    '999999999999999',
    '0.100000000000001',
    '1e1',
    "'5'",
    "''",
    "'abc'",
    "'é'",
    "'😀'",
    "'ab'",
  ),
  fc.integer().map(String),
);
const operator = fc.constantFrom('=', '<>', '<', '<=', '>', '>=');
const test1 = fc.oneof(
  fc.tuple(operator, literal).map(
    ([op, right]) =>
      (x: string) =>
        `${x} ${op} ${right}`,
  ),
  fc.tuple(operator, literal).map(
    ([op, left]) =>
      (x: string) =>
        `${left} ${op} ${x}`,
  ),
  fc
    .array(fc.constantFrom("'5'", "'abc'", "''", "'é'"), { minLength: 1, maxLength: 3 })
    .map((list) => (x: string) => `${x} IN (${list})`),
  fc
    .array(fc.constantFrom('5', '0.5', '-5', '10.0'), { minLength: 1, maxLength: 3 })
    .map((list) => (x: string) => `${x} NOT IN (${list})`),
  fc
    .constantFrom('5%', '%5', '%a%', '_', 'a_c', '%', '', '%.%', '😀', '__')
    .map((like) => (x: string) => `${x} LIKE '${like}'`),
  fc
    .tuple(literal, literal)
    .filter(([a, b]) => a.startsWith("'") === b.startsWith("'"))
    .map(
      ([a, b]) =>
        (x: string) =>
          `${x} BETWEEN ${a} AND ${b}`,
    ),
);

/** A CASE of one branch hands a column through as a value, so that nothing can be tested on its bytes. */
const slowly = (column: string) => `(CASE WHEN TRUE THEN ${column} END)`;

function sqlFor(condition: (x: string) => string): string {
  const fast = condition('s.v');
  const slow = condition(slowly('s.v'));
  return `SELECT s.n, ${fast} AS a, ${slow} AS b, (${fast}) IS NULL AS c, (${slow}) IS NULL AS d, NOT ${fast} AS e, NOT ${slow} AS f FROM S3Object s`;
}

function expectSame(rows: readonly string[], count: number): void {
  expect(rows).toHaveLength(count);
  for (const row of rows) {
    const { a, b, c, d, e, f } = JSON.parse(row) as Record<string, unknown>;
    expect([a, c, e]).toEqual([b, d, f]);
  }
}

const csvField = (text: string) => (/[",]/.test(text) || text === '' ? `"${text.replaceAll('"', '""')}"` : text);

test('tests on bytes of CSV fields give what tests on values give', async () => {
  await fc.assert(
    fc.asyncProperty(test1, fc.array(field, { minLength: 1, maxLength: 20 }), async (condition, fields) => {
      const body = `n,v\n${fields.map((text, i) => `${i},${csvField(text)}\n`).join('')}`;
      expectSame((await selectAll(sqlFor(condition), CSV, body)).rows, fields.length);
    }),
    { numRuns: 600 },
  );
});

test('tests on bytes of JSON values give what tests on values give', async () => {
  const value = fc.oneof(
    field.map((text) => JSON.stringify(text)),
    fc.integer().map(String),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
    fc.constantFrom(
      'null',
      'true',
      'false',
      '[5]',
      '{"a":5}',
      '"\\u0061bc"',
      '"\\u00e9"',
      '5.0',
      '-0',
      '1e1',
      '9007199254740993',
    ),
  );
  await fc.assert(
    fc.asyncProperty(test1, fc.array(value, { minLength: 1, maxLength: 20 }), async (condition, values) => {
      const body = values.map((text, i) => `{"n":${i},"v":${text}}\n`).join('');
      const { rows, failures } = await selectAll(sqlFor(condition), JSONL, body);
      // LIKE fails on what is no text, on bytes as on values.
      expectSame(rows, values.length - failures.length);
      for (const { code } of failures) expect(code).toBe('LikeInvalidInputs');
    }),
    { numRuns: 600 },
  );
});
