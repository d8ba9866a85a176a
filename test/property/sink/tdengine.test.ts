/** The statements of the TDengine sink, read back by the stand-in's scanner: what was meant is what is read. */
import fc from 'fast-check';
import type { Change } from '../../../lib/message/contract.ts';
import { countCharacters } from '../../../lib/select/values/text.ts';
import { parseColumnType } from '../../../lib/sink/tdengine/column-type.ts';
import { groupsOf, InsertWriter, LONGEST_STATEMENT } from '../../../lib/sink/tdengine/insert.ts';
import { layoutOf } from '../../../lib/sink/tdengine/layout.ts';
import { NOT_IN_NAMES, quoteName, quoteText } from '../../../lib/sink/tdengine/names.ts';
import { collect } from '../../../lib/sink/tdengine/rows.ts';
import { StatementBuffer } from '../../../lib/sink/tdengine/statement-buffer.ts';
import { subTableTemplate } from '../../../lib/sink/tdengine/sub-table.ts';
import { ticksOfNumber } from '../../../lib/sink/tdengine/ticks.ts';
import { Scanner, type Token } from '../../support/tdengine/scanner.ts';
import { messageAt, rowOf, ruleOf } from '../../support/tdengine/target.ts';

/** Texts that a statement may be led astray by, among any others. */
const nasty = fc.constantFrom(
  "'",
  "''",
  '\\',
  "\\'",
  '`',
  '"',
  '--',
  ';',
  ')',
  '\n',
  '\r\n',
  '\t',
  '%',
  '_',
  '{',
  '🙂',
  '机',
  '/*',
  ' ',
);
const text = fc
  .array(fc.oneof(nasty, fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' })), { maxLength: 12 })
  .map((parts) => parts.join('').replaceAll('\u0000', '').toWellFormed());

function tokens(sql: string): Token[] {
  const scanner = new Scanner(sql);
  const found: Token[] = [];
  for (let token = scanner.next(); token.kind !== 'end'; token = scanner.next()) found.push(token);
  return found;
}

test('any text is one literal that reads back as itself, in a string and in a buffer', () => {
  fc.assert(
    fc.property(text, (given) => {
      expect(tokens(`${quoteText(given)} ,`).map((token) => token.text)).toEqual([given, ',']);
      const out = new StatementBuffer(8);
      expect(out.quoted(given)).toBe(Buffer.byteLength(given));
      expect(out.bytes.toString('utf8', 0, out.length)).toBe(quoteText(given));
    }),
    { numRuns: 800 },
  );
});

test('any name that is taken is one name that reads back as itself', () => {
  fc.assert(
    fc.property(text, (given) => {
      const taken = given !== '' && !NOT_IN_NAMES.test(given) && countCharacters(given) <= 192;
      if (!taken) expect(() => quoteName(given)).toThrow(/cannot be a name/);
      else expect(tokens(quoteName(given))).toEqual([{ kind: 'name', text: given, from: 0 }]);
    }),
    { numRuns: 800 },
  );
});

test('a template makes one name of any values under lenient policies, and under strict ones no other name', () => {
  const template = { template: 't_{a}_{b}' };
  const lenient = subTableTemplate({ ...template, onInvalid: 'replace', onEmpty: 'replace', onTooLong: 'truncate' });
  const strict = subTableTemplate({ ...template, onInvalid: 'fail', onEmpty: 'fail', onTooLong: 'fail' });
  const value = fc.oneof(
    text,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.string({ minLength: 180, maxLength: 400 }),
  );
  fc.assert(
    fc.property(value, value, (a, b) => {
      const name = lenient.name([a, b]);
      if (typeof name !== 'string') throw new Error(name.reason);
      expect(() => quoteName(name)).not.toThrow();
      const exact = strict.name([a, b]);
      if (typeof exact === 'string') expect(exact).toBe(name);
    }),
    { numRuns: 1000 },
  );
});

test('long names that differ anywhere stay different when they are cut', () => {
  const { name } = subTableTemplate({ template: '{a}', onInvalid: 'fail', onEmpty: 'fail', onTooLong: 'truncate' });
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 193, maxLength: 250 }), {
        minLength: 2,
        maxLength: 5,
      }),
      (all) => {
        expect(new Set(all.map((each) => name([each]))).size).toBe(all.length);
      },
    ),
    { numRuns: 200 },
  );
});

const field = (name: string, type: string) => ({ name, type: parseColumnType(type) });

function layout(sameTimestamp: 'key' | 'last') {
  const key = field('sluice_pos', 'VARCHAR(255)');
  const columns = [field('note', 'VARCHAR(65517)'), field('count', 'BIGINT')];
  const rule = ruleOf({
    target: { connection: 'plant', database: 'power', superTable: 'meters' },
    columns: { note: 'note', count: 'count' },
    tags: { id: 'id', hall: 'hall' },
    sameTimestamp,
  });
  return layoutOf(rule, {
    name: 'meters',
    table: {
      time: 'ts',
      columns: sameTimestamp === 'key' ? [key, ...columns] : columns,
      tags: [field('id', 'INT'), field('hall', 'VARCHAR(64)')],
      ...(sameTimestamp === 'key' ? { key } : {}),
    },
    database: { precision: 'ms' },
    fixed: new Set(),
    clock: () => 1_720_000_000_000,
  });
}

const row = fc.record(
  {
    id: fc.integer({ min: 0, max: 5 }),
    hall: text.map((hall) => hall.slice(0, 8).toWellFormed()),
    note: text,
    count: fc.maxSafeInteger(),
    pad: fc.nat(60_000),
  },
  { requiredKeys: ['id', 'hall', 'pad'] },
);

/** The statements of rows, and what they say: of each row its table, its time and its values by column. */
function statementsOf(rows: readonly { readonly pad: number; readonly note?: string }[], mode: 'key' | 'last') {
  const changes = rows.map(({ pad, note, ...rest }, i): Change => {
    const fields = { ...rest, ...(note === undefined ? {} : { note: note + 'x'.repeat(pad) }) };
    return { kind: 'put', row: rowOf(fields), unchanged: [], message: messageAt(i), index: 0 };
  });
  const set = collect(changes, layout(mode), { foreign: new Set() });
  const out = new StatementBuffer(1024);
  return groupsOf(set).flatMap((group) => {
    const writer = new InsertWriter(set, group, group.tables, { topic: 'tp1', partition: 0 });
    const statements: string[] = [];
    while (writer.write(out)) {
      expect(out.length).toBeLessThanOrEqual(LONGEST_STATEMENT);
      statements.push(out.bytes.toString('utf8', 0, out.length));
    }
    return [statements];
  });
}

interface Said {
  readonly table: string;
  readonly values: Readonly<Record<string, string>>;
}

function read(sql: string): Said[] {
  const scanner = new Scanner(sql);
  expect(scanner.takeAll('insert', 'into')).toBe(true);
  const said: Said[] = [];
  const seen = new Set<string>();
  while (scanner.peek().kind !== 'end') {
    const table = scanner.name();
    expect(seen.has(table)).toBe(false);
    seen.add(table);
    scanner.expect('using');
    expect(scanner.name()).toBe('meters');
    scanner.list(() => scanner.name());
    scanner.expect('tags');
    scanner.list(() => scanner.next());
    const columns = scanner.list(() => scanner.name());
    scanner.expect('values');
    do {
      const values = scanner.list(() => scanner.next().text);
      expect(values.length).toBe(columns.length);
      said.push({ table, values: Object.fromEntries(columns.map((column, i) => [column, values[i]!])) });
    } while (scanner.peek().text === '(');
  }
  return said;
}

test('statements are never too long, well filled, and say every row once and in the order of its sub-table', () => {
  fc.assert(
    fc.property(
      fc.array(row, { minLength: 1, maxLength: 70, size: 'max' }),
      fc.constantFrom('key' as const, 'last' as const),
      (rows, mode) => {
        const groups = statementsOf(rows, mode);
        const wanted = rows.map(({ id, note, count, pad }, i) => ({
          table: `t_${id}`,
          values: {
            ts: String(1_720_000_000_000 + i),
            ...(mode === 'key' ? { sluice_pos: `tp1-0-${i}.0` } : {}),
            ...(note === undefined ? (mode === 'key' ? { note: 'null' } : {}) : { note: note + 'x'.repeat(pad) }),
            ...(count === undefined ? (mode === 'key' ? { count: 'null' } : {}) : { count: String(count) }),
          },
        }));
        const said = groups.flat().flatMap(read);
        const byTime = (a: Said, b: Said) => (a.values['ts']! < b.values['ts']! ? -1 : 1);
        expect([...said].sort(byTime)).toEqual(wanted);
        for (const group of groups) {
          // Of two statements that follow each other, the second one's first row would not have fitted the first one.
          for (const statement of group.slice(0, -1))
            expect(statement.length).toBeGreaterThan(LONGEST_STATEMENT - 150_000);
          const times = group.flatMap(read);
          for (const table of new Set(times.map((each) => each.table))) {
            const own = times.filter((each) => each.table === table).map(({ values }) => values['ts']!);
            expect(own).toEqual([...own].sort());
          }
        }
      },
    ),
    { numRuns: 30 },
  );
});

test('moments keep every digit that the precision has, and none is rounded up', () => {
  const digits = { s: 0, ms: 3, us: 6, ns: 9 } as const;
  const unit = fc.constantFrom('s' as const, 'ms' as const, 'us' as const, 'ns' as const);
  fc.assert(
    fc.property(
      fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }),
      unit,
      fc.constantFrom('ms' as const, 'us' as const, 'ns' as const),
      (n, from, to) => {
        const shift = digits[to] - digits[from];
        const exact = shift >= 0 ? n * 10n ** BigInt(shift) : floorDivide(n, 10n ** BigInt(-shift));
        const value = n >= -(2n ** 53n - 1n) && n < 2n ** 53n ? Number(n) : n;
        const ticks = ticksOfNumber(value, from, to);
        expect(BigInt(ticks!)).toBe(exact);
        expect(typeof ticks === 'number').toBe(exact >= -(2n ** 53n - 1n) && exact < 2n ** 53n);
        expect(BigInt(ticksOfNumber(String(n), from, to)!)).toBe(exact);
      },
    ),
    { numRuns: 800 },
  );
});

function floorDivide(n: bigint, by: bigint): bigint {
  const quotient = n / by;
  return n < 0n && quotient * by !== n ? quotient - 1n : quotient;
}
