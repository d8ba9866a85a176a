import fc from 'fast-check';
import { SluiceError } from '../../../lib/failure/index.ts';
import type { PrepareOptions } from '../../../lib/select/contract.ts';
import { FUNCTIONS } from '../../../lib/select/functions/table.ts';
import { prepare } from '../../../lib/select/index.ts';
import { conformanceFiles } from '../../support/conformance.ts';
import { FUZZ_TIMEOUT, fuzz, spoiled } from '../../support/fuzz.ts';
import { texts } from '../../support/rows.ts';

const QUERIES = conformanceFiles('.')
  .flatMap((file) => file.groups)
  .flatMap(({ values = [], rows = [] }) => [
    ...values.map(([expression]) => `SELECT ${expression} AS v FROM S3Object s WHERE ${expression} IS NULL`),
    ...rows.map(([query]) => query),
  ]);

const INPUTS: readonly (readonly [Pick<PrepareOptions, 'input' | 'output'>, Buffer])[] = [
  [
    { input: { kind: 'csv', csv: { header: 'use' } }, output: { kind: 'json' } },
    Buffer.from('a,b,c,id,x\n1,2.5,text,"q""q",2020-01-31T\n,-0,,9007199254740993,1e400\nlast\n'),
  ],
  [
    { input: { kind: 'jsonl' }, output: { kind: 'csv' } },
    Buffer.from(
      '{"a":1,"b":[1,{"c":"é"}],"id":"x"}\n{"a":null,"x":1.5e-7,"b":{}}\n[1,"2"]\n"s"\n12345678901234567890\n',
    ),
  ],
];

/** A query is answered with rows or with an error that says where; whatever it is, and whatever it meets, it ends. */
async function expectAnswer(sql: string): Promise<void> {
  for (const [formats, body] of INPUTS) {
    try {
      const query = prepare(sql, { ...formats, now: () => 0 });
      for await (const batch of query.run([body])) {
        if (formats.output.kind === 'json') for (const row of texts(batch.values, 0, batch.count)) JSON.parse(row);
        for (const failure of batch.failures) expect(failure.code).toMatch(/^[A-Z]\w+$/);
      }
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      expect(error.message).toMatch(/^(\d+:\d+: |the row of the aggregates)/);
    }
  }
}

test(
  'queries, spoiled',
  () => fuzz('queries', spoiled(fc.constantFrom(...QUERIES).map((sql) => Buffer.from(sql))).map(String), expectAnswer),
  FUZZ_TIMEOUT,
);

const ATOMS = [
  ...['s.a', 's.b', 's._1', 's."c"', 's.id', 's.b[0]', '_1', 'NULL', 'MISSING', 'TRUE', "''", "'a%'", "'2020-01-31T'"],
  ...['0', '-1', '9223372036854775807', '0.1', '1e308', '`2020-02-29T`', '`2020-01-01T00:00:00.123+05:30`', '[1, 2]'],
];
const TYPES = ['BOOL', 'INT', 'FLOAT', 'DECIMAL', 'STRING', 'TIMESTAMP'];
const PARTS = ['year', 'month', 'day', 'hour', 'minute', 'second', 'timezone_hour'];
const OPERATORS = ['+', '-', '*', '/', '%', '||', '=', '<>', '<', '>=', 'AND', 'OR', 'LIKE', 'IN'];

/** Expressions that parse, of every kind: most die of their types, the others are evaluated. */
const { expression } = fc.letrec<{ expression: string }>((tie) => {
  const e = tie('expression');
  return {
    expression: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.constantFrom(...ATOMS),
      fc.tuple(e, fc.constantFrom(...OPERATORS), e).map(([a, operator, b]) => `(${a} ${operator} ${b})`),
      fc.tuple(fc.constantFrom(...FUNCTIONS.keys()), fc.array(e, { maxLength: 3 })).map(([f, args]) => `${f}(${args})`),
      fc
        .tuple(fc.constantFrom('DATE_ADD', 'DATE_DIFF'), fc.constantFrom(...PARTS), e, e)
        .map(([f, ...args]) => `${f}(${args})`),
      fc.tuple(fc.constantFrom(...PARTS), e).map(([part, from]) => `EXTRACT(${part} FROM ${from})`),
      fc.tuple(e, fc.constantFrom(...TYPES)).map(([value, type]) => `CAST(${value} AS ${type})`),
      fc.tuple(e, e, e).map(([a, b, c]) => `CASE WHEN ${a} THEN ${b} ELSE ${c} END`),
      fc.tuple(e, e, e).map(([a, b, c]) => `(${a} BETWEEN ${b} AND ${c})`),
      fc.tuple(e, fc.constantFrom('IS NULL', 'IS NOT MISSING')).map(([a, is]) => `(${a} ${is})`),
      fc.tuple(fc.constantFrom('COUNT', 'SUM', 'AVG', 'MIN', 'MAX'), e).map(([f, a]) => `${f}(${a})`),
      e.map((a) => `NOT (${a})`),
      e.map((a) => `-(${a})`),
    ),
  };
});

test(
  'expressions of every kind',
  () =>
    fuzz('expressions', fc.tuple(expression, expression), async ([value, condition]) => {
      await expectAnswer(`SELECT ${value} AS v FROM S3Object s`);
      await expectAnswer(`SELECT s.a FROM S3Object s WHERE ${condition}`);
    }),
  FUZZ_TIMEOUT,
);
