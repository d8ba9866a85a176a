import { Decimal } from '../../../lib/select/values/decimal.ts';
import { MISSING } from '../../../lib/select/values/missing.ts';
import { Timestamp } from '../../../lib/select/values/timestamp.ts';
import { Float, Untyped, type Value } from '../../../lib/select/values/value.ts';
import { failureOf } from '../../support/failure.ts';
import { put, ScratchSchema, sliceOf, structOf } from '../../support/postgres/schema.ts';
import { describeWith } from '../../support/stack.ts';

const moment = Timestamp.parse('2026-03-04T05:06:07.089+02:00')!;

/** Type, value, and what the server holds then. */
const TAKEN: readonly (readonly [string, Value, string | null])[] = [
  ['smallint', 7, '7'],
  ['integer', '8', '8'],
  ['bigint', 9223372036854775807n, '9223372036854775807'],
  ['integer', Decimal.parse('5.00')!, '5'],
  ['numeric', Decimal.parse('12345678901234567890.123456789')!, '12345678901234567890.123456789'],
  ['numeric', 'NAN', 'NaN'],
  ['numeric(10,2)', '1.255', '1.26'],
  ['real', new Float(1.5), '1.5'],
  ['double precision', new Float(Number.POSITIVE_INFINITY), 'Infinity'],
  ['boolean', true, 'true'],
  ['boolean', 0, 'false'],
  ['text', 'a\tb\\c\nd"e\'', 'a\tb\\c\nd"e\''],
  ['text', structOf({ a: 1, b: [true, null] }), '{"a":1,"b":[true,null]}'],
  ['text', 12, '12'],
  ['varchar(5)', 'abcde', 'abcde'],
  ['json', structOf({ z: 9007199254740993n, a: 'x' }), '{"z":9007199254740993,"a":"x"}'],
  ['jsonb', '{"a": [1, 2]}', '{"a": [1, 2]}'],
  ['jsonb', [1, 'x'], '[1, "x"]'],
  ['bytea', 'aGVsbG8=', '\\x68656c6c6f'],
  ['bytea', '\\x6869', '\\x6869'],
  ['date', moment, '2026-03-04'],
  ['date', 'infinity', 'infinity'],
  ['date', '2026-03-04Z', '2026-03-04'],
  ['time', '24:00:00', '24:00:00'],
  ['time(3)', moment, '05:06:07.089'],
  ['timestamp', moment, '2026-03-04 03:06:07.089'],
  ['timestamp', '2026-03-04T05:06:07+0200', '2026-03-04 03:06:07'],
  ['timestamp', '-infinity', '-infinity'],
  ['timestamptz', moment, '2026-03-04 03:06:07.089+00'],
  ['timestamptz', '2026-03-04 05:06:07', '2026-03-04 05:06:07+00'],
  ['uuid', 'b68a35a7-17ad-35b3-af2a-ae46edb4545a', 'b68a35a7-17ad-35b3-af2a-ae46edb4545a'],
  ['inet', '10.0.0.1', '10.0.0.1/32'],
  ['int4range', '[1,5)', '[1,5)'],
  ['tstzrange', '["2026-01-01 00:00:00+00",infinity)', '["2026-01-01 00:00:00+00",infinity)'],
  ['int[]', [1, null, 3], '{1,NULL,3}'],
  [
    'int[]',
    [
      [1, 2],
      [3, 4],
    ],
    '{{1,2},{3,4}}',
  ],
  ['text[]', ['a,b', '"q"', 'NULL', '\\', ''], '{"a,b","\\"q\\"","NULL","\\\\",""}'],
  ['jsonb[]', [structOf({ a: 1 })], '{"{\\"a\\": 1}"}'],
  ['text[]', [], '{}'],
  ['%.mood', 'so so', 'so so'],
  ['%.mood[]', ['sad', 'so so'], '{sad,"so so"}'],
  ['%.short', 'abc', 'abc'],
  ['bit(1)', true, '1'],
  ['bit(4)', '1010', '1010'],
  ['varbit(8)', '101', '101'],
  ['point', structOf({ x: 1, y: new Float(2.5) }), '(1,2.5)'],
  ['interval', '1 day 02:00', '1 day 02:00:00'],
  ['money', '12.30', '$12.30'],
  ['integer', new Untyped('42'), '42'],
  ['integer', null, null],
  ['integer DEFAULT 11', MISSING, '11'],
  ['integer', MISSING, null],
];

const REFUSED: readonly (readonly [string, Value, string, string])[] = [
  ['integer', true, 'CannotCast', 'the column "c" of type integer cannot take a boolean'],
  [
    'integer',
    Decimal.parse('1.5')!,
    'CannotCast',
    'the column "c" of type integer cannot take a number with a fraction',
  ],
  [
    'timestamptz',
    1_700_000_000,
    'CannotCast',
    'the column "c" of type timestamp with time zone cannot take an integer',
  ],
  ['integer[]', 5, 'CannotCast', 'the column "c" of type integer[] cannot take an integer'],
  ['uuid', structOf({}), 'CannotCast', 'the column "c" of type uuid cannot take an object'],
  ['bytea', 'no base64!', 'CannotCast', 'the column "c" of type bytea cannot take this text'],
  ['smallint', 70_000, 'ValueOutOfRange', 'a number is out of range'],
  ['varchar(3)', 'secret', 'ValueTooLong', 'type character varying(3)'],
  ['%.short', 'secret', 'ValueTooLong', 'a value is too long'],
  ['%.mood', 'secret', 'InvalidText', 'type '],
  ['jsonb', 'secret', 'InvalidText', 'a text is no value of its type'],
  ['date', 'secret', 'InvalidMoment', 'a text is no date or time'],
  ['text', 'sec\0ret', 'InvalidCharacter', 'U+0000'],
  ['integer NOT NULL', null, 'NullRefused', 'in column "c"'],
  ['integer CHECK (c < 5)', 7, 'CheckViolated', 'constraint "t_c_check"'],
];

describeWith('postgres', 'values by the type of their column', ({ postgres }) => {
  let schema: ScratchSchema;
  beforeAll(async () => {
    schema = new ScratchSchema(postgres.url);
    await schema.create(
      `CREATE TYPE ${schema.name}.mood AS ENUM ('sad', 'so so')`,
      `CREATE DOMAIN ${schema.name}.short AS varchar(3)`,
    );
  });
  afterAll(() => schema.drop());

  const table = async (type: string) => {
    await schema.sql('DROP TABLE IF EXISTS %.t');
    await schema.sql('DROP TABLE IF EXISTS %.sluice_offsets');
    await schema.sql(`CREATE TABLE %.t (id int PRIMARY KEY, c ${type})`);
  };

  const MODES = ['insert', 'upsert'] as const;

  test.each(MODES)('%s: taken', async (mode) => {
    await table(`int, ${TAKEN.map(([type], i) => `c${i} ${type}`).join(', ')}`);
    const fields = Object.fromEntries(TAKEN.map(([, value], i) => [`c${i}`, value]));
    await schema.target({ mode }).apply(sliceOf([put(0, { id: 1, ...fields })]));
    const columns = TAKEN.map((_, i) => `c${i}::text`).join(', ');
    await schema.sql("SET TIME ZONE 'UTC'");
    const [row = {}] = await schema.sql(`SELECT ${columns} FROM %.t`);
    const shown = TAKEN.map(([type, value], i) => [type, value, row[`c${i}`]]);
    expect(shown).toEqual(TAKEN);
  });

  test.each(MODES.flatMap((mode) => REFUSED.map((row) => [mode, ...row] as const)))(
    '%s %s: refused, without the value',
    async (mode, type, value, code, said) => {
      await table(type);
      const failure = await failureOf(schema.target({ mode }).apply(sliceOf([put(0, { id: 1, c: value })])));
      expect(failure).toMatchObject({ code, retryable: false });
      expect(failure.message).toContain(said);
      expect(failure.fix).toBeDefined();
      expect(JSON.stringify([failure.message, failure.fix, failure.cause, failure])).not.toContain('secret');
    },
  );

  test('computed columns are never written; identity columns are, where they are the key', async () => {
    await schema.sql('DROP TABLE IF EXISTS %.t');
    await schema.sql(
      'CREATE TABLE %.t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, n int, twice int GENERATED ALWAYS AS (n * 2) STORED, seq int GENERATED BY DEFAULT AS IDENTITY)',
    );
    await schema.sql('DROP TABLE IF EXISTS %.sluice_offsets');
    await schema.target({ mode: 'mirror' }).apply(sliceOf([put(0, { id: 7, n: 2, twice: 99, seq: 5 })]));
    await schema.target({ mode: 'insert' }).apply(sliceOf([put(1, { id: 8, n: 3, twice: 99 })]));
    expect(await schema.rows()).toEqual(['{"id":1,"n":3,"twice":6,"seq":1}', '{"id":7,"n":2,"twice":4,"seq":5}']);
  });

  test('names are taken as they are written', async () => {
    await schema.sql('DROP TABLE IF EXISTS %.sluice_offsets');
    await schema.sql('CREATE TABLE %."Odd ""T" ("select" int PRIMARY KEY, "Übung" text, "a b" text)');
    const target = schema.target({ mode: 'mirror' }, 'Odd "T');
    await target.apply(sliceOf([put(0, { select: 1, Übung: 'x', 'a b': "y'\\" }), put(1, { select: 1, Übung: 'z' })]));
    expect(await schema.rows('"Odd ""T"')).toEqual([`{"select":1,"Übung":"z","a b":"y'\\\\"}`]);
  });
});
