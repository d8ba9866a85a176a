import type { Random } from '../../fault/random.ts';

/** A column of a source table, and values for it as SQL. */
export interface SourceColumn {
  readonly name: string;
  readonly type: string;
  readonly literal: (random: Random) => string;
  /** What two equal values have alike in spite of what the connector does not tell; `%` stands for the column. */
  readonly shown?: string;
}

const pick = <T>(random: Random, ...items: readonly T[]): T => items[random.below(items.length)]!;
const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const digits = (random: Random, count: number): string =>
  `${1 + random.below(9)}${Array.from({ length: count - 1 }, () => random.below(10)).join('')}`;
const day = (random: Random): string =>
  `${1600 + random.below(800)}-${String(1 + random.below(12)).padStart(2, '0')}-${String(1 + random.below(28)).padStart(2, '0')}`;
const clock = (random: Random): string =>
  `${String(random.below(24)).padStart(2, '0')}:${String(random.below(60)).padStart(2, '0')}:${String(random.below(60)).padStart(2, '0')}.${String(random.below(1_000_000)).padStart(6, '0')}`;
const word = (random: Random): string =>
  pick(random, 'a', 'Zürich', '', 'naïve "quoted"', '日本語', "it's", '{x}', 'b\\c', ' two  blanks ', '😀');
const hex = (random: Random, bytes: number): string =>
  Array.from({ length: bytes }, () => random.below(256).toString(16).padStart(2, '0')).join('');

/** So long that it is stored apart from its row: 2 KB do, where nothing is compressed. */
const LARGE = 3_000;

/** Every type that a connector can tell of, with values in its whole range but for those that it is known to change. */
export const EVERY_TYPE: readonly SourceColumn[] = [
  { name: 'c_small', type: 'smallint', literal: (r) => pick(r, '-32768', '32767', '0') },
  { name: 'c_int', type: 'integer', literal: (r) => pick(r, '-2147483648', '2147483647', String(r.below(1000))) },
  {
    name: 'c_big',
    type: 'bigint',
    literal: (r) => pick(r, '-9223372036854775808', '9223372036854775807', '9007199254740993'),
  },
  { name: 'c_real', type: 'real', literal: (r) => pick(r, "'NaN'", "'-Infinity'", '1.5', '3.4028235e38') },
  {
    name: 'c_double',
    type: 'double precision',
    literal: (r) => pick(r, "'NaN'", "'Infinity'", '0.1', '-1.7976931348623157e308'),
  },
  {
    name: 'c_numeric',
    type: 'numeric',
    literal: (r) => `${digits(r, 1 + r.below(60))}.${digits(r, 1 + r.below(30))}`,
    shown: 'trim_scale(%)::text',
  },
  { name: 'c_numeric38', type: 'numeric(38,10)', literal: (r) => `-${digits(r, 28)}.${digits(r, 10)}` },
  { name: 'c_money', type: 'money', literal: (r) => quoted(`${r.below(1_000_000)}.${r.below(100)}`) },
  { name: 'c_bool', type: 'boolean', literal: (r) => pick(r, 'true', 'false') },
  { name: 'c_char', type: 'character(5)', literal: (r) => quoted(word(r).slice(0, 4)) },
  { name: 'c_varchar', type: 'character varying(50)', literal: (r) => quoted(word(r)) },
  { name: 'c_text', type: 'text', literal: (r) => quoted(`${word(r)}\n${word(r)}`) },
  { name: 'c_bytea', type: 'bytea', literal: (r) => `'\\x${hex(r, r.below(20))}'` },
  { name: 'c_date', type: 'date', literal: (r) => pick(r, "'infinity'", "'-infinity'", quoted(day(r))) },
  { name: 'c_time', type: 'time', literal: (r) => pick(r, "'24:00:00'", quoted(clock(r))) },
  { name: 'c_time3', type: 'time(3)', literal: (r) => quoted(clock(r)) },
  {
    name: 'c_timetz',
    type: 'timetz',
    literal: (r) => quoted(`${clock(r)}+05:30`),
    shown: "(% AT TIME ZONE 'UTC')::text",
  },
  { name: 'c_ts', type: 'timestamp', literal: (r) => pick(r, "'infinity'", quoted(`${day(r)} ${clock(r)}`)) },
  { name: 'c_ts3', type: 'timestamp(3)', literal: (r) => pick(r, "'-infinity'", quoted(`${day(r)} ${clock(r)}`)) },
  { name: 'c_tstz', type: 'timestamptz', literal: (r) => pick(r, "'infinity'", quoted(`${day(r)} ${clock(r)}-03`)) },
  {
    name: 'c_interval',
    type: 'interval',
    literal: (r) => quoted(`${r.below(10)} years ${r.below(12)} mons -${r.below(40)} days ${clock(r)}`),
  },
  { name: 'c_uuid', type: 'uuid', literal: (r) => `'${hex(r, 16)}'` },
  {
    name: 'c_json',
    type: 'json',
    literal: (r) => pick(r, `'{"b": 1, "a": [1, 2.50, null], "b": 2}'`, "'null'", `'"x"'`),
  },
  { name: 'c_jsonb', type: 'jsonb', literal: (r) => `'{"n": ${digits(r, 30)}.10, "u": "ü"}'` },
  { name: 'c_xml', type: 'xml', literal: () => `'<a x="1">t&amp;<b/></a>'` },
  { name: 'c_inet', type: 'inet', literal: (r) => pick(r, "'192.168.1.5/24'", "'::1'") },
  { name: 'c_cidr', type: 'cidr', literal: () => "'10.0.0.0/8'" },
  { name: 'c_macaddr', type: 'macaddr', literal: () => "'08:00:2b:01:02:03'" },
  { name: 'c_bit1', type: 'bit(1)', literal: (r) => pick(r, "B'0'", "B'1'") },
  { name: 'c_bit12', type: 'bit(12)', literal: (r) => `B'${r.below(4096).toString(2).padStart(12, '0')}'` },
  {
    name: 'c_varbit',
    type: 'varbit(20)',
    literal: (r) => `B'${r.below(4096).toString(2)}'`,
    shown: "ltrim(%::text, '0')",
  },
  { name: 'c_ints', type: 'integer[]', literal: (r) => pick(r, "'{1,NULL,3}'", "'{}'", `'{${r.below(9)}}'`) },
  { name: 'c_texts', type: 'text[]', literal: (r) => pick(r, `'{a,"b,c","d\\"e",NULL,"NULL",""}'`, "'{}'") },
  { name: 'c_numerics', type: 'numeric(10,2)[]', literal: (r) => `'{${r.below(100)}.10}'` },
  { name: 'c_stamps', type: 'timestamp[]', literal: (r) => `ARRAY['${day(r)} ${clock(r)}'::timestamp, NULL]` },
  { name: 'c_uuids', type: 'uuid[]', literal: (r) => `'{${hex(r, 16)}}'` },
  { name: 'c_range', type: 'int4range', literal: (r) => pick(r, "'[1,10)'", "'empty'", "'[-5,)'") },
  { name: 'c_span', type: 'tstzrange', literal: () => "'[2024-01-01 00:00+00,infinity]'" },
  { name: 'c_point', type: 'point', literal: (r) => pick(r, "'(1.5,-2.25)'", "'(Infinity,NaN)'") },
  { name: 'c_box', type: 'box', literal: () => "'(2,2),(0,0)'" },
  { name: 'c_tsvector', type: 'tsvector', literal: () => "'''cat'':2A ''fat'':1'" },
  { name: 'c_tsquery', type: 'tsquery', literal: () => "'fat & rat'" },
  { name: 'c_lsn', type: 'pg_lsn', literal: () => "'16/B374D848'" },
  { name: 'c_oid', type: 'oid', literal: (r) => pick(r, '4294967295', '0') },
  { name: 'Mixed "Case"', type: 'text', literal: (r) => quoted(word(r)) },
];

/** Columns whose values are stored apart from their row: an update that leaves them alone does not tell them. */
export const LARGE_COLUMNS: readonly SourceColumn[] = [
  { name: 'body', type: 'text', literal: (r) => quoted(hex(r, LARGE)) },
  { name: 'doc', type: 'jsonb', literal: (r) => quoted(JSON.stringify({ v: hex(r, LARGE) })) },
  { name: 'bytes', type: 'bytea', literal: (r) => `'\\x${hex(r, LARGE)}'` },
  {
    name: 'numbers',
    type: 'int[]',
    literal: (r) => `ARRAY(SELECT mod(g, ${2 + r.below(90)}) FROM generate_series(1, ${LARGE}) g)`,
  },
  { name: 'words', type: 'text[]', literal: (r) => `ARRAY['${hex(r, LARGE)}', NULL]` },
];
