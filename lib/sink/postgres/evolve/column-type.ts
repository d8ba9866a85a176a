import type { FieldSchema } from '../../../message/contract.ts';
import { decoderOf } from '../../../message/debezium/logical.ts';
import { isNumeric } from '../../../select/values/number.ts';
import { Timestamp } from '../../../select/values/timestamp.ts';
import { Float, Struct, Untyped, type Value } from '../../../select/values/value.ts';
import { castTo } from '../cast/cast.ts';
import type { Category } from '../column.ts';
import { columnTypeOf } from './sketch.ts';

/** By logical type, whatever carries it. */
const LOGICAL: Readonly<Record<string, string>> = {
  'io.debezium.data.VariableScaleDecimal': 'numeric',
  'io.debezium.time.Date': 'date',
  'org.apache.kafka.connect.data.Date': 'date',
  'io.debezium.time.IsoDate': 'date',
  'io.debezium.time.Timestamp': 'timestamp(3)',
  'io.debezium.time.MicroTimestamp': 'timestamp',
  'io.debezium.time.NanoTimestamp': 'timestamp',
  'io.debezium.time.IsoTimestamp': 'timestamp',
  'org.apache.kafka.connect.data.Timestamp': 'timestamp(3)',
  'io.debezium.time.ZonedTimestamp': 'timestamptz',
  'io.debezium.time.Time': 'time(3)',
  'io.debezium.time.MicroTime': 'time',
  'io.debezium.time.NanoTime': 'time',
  'io.debezium.time.IsoTime': 'time',
  'org.apache.kafka.connect.data.Time': 'time(3)',
  'io.debezium.time.ZonedTime': 'timetz',
  'io.debezium.time.MicroDuration': 'interval',
  'io.debezium.time.NanoDuration': 'interval',
  'io.debezium.time.Interval': 'interval',
  'io.debezium.time.Year': 'integer',
  'io.debezium.data.Json': 'jsonb',
  'io.debezium.data.Uuid': 'uuid',
  'io.debezium.data.Xml': 'xml',
  'io.debezium.data.TsVector': 'tsvector',
  'io.debezium.data.geometry.Point': 'point',
};

const PLAIN: Readonly<Record<string, string>> = {
  boolean: 'boolean',
  int8: 'smallint',
  int16: 'smallint',
  int32: 'integer',
  int64: 'bigint',
  float: 'real',
  float32: 'real',
  double: 'double precision',
  float64: 'double precision',
  string: 'text',
  bytes: 'bytea',
};

/** The type of a column that holds whatever such a field can hold. */
export function typeOfField({ type, logical, parameters = {}, items }: FieldSchema): string {
  if (logical === 'org.apache.kafka.connect.data.Decimal') {
    const { scale, 'connect.decimal.precision': precision } = parameters;
    return precision === undefined || scale === undefined ? 'numeric' : `numeric(${precision},${scale})`;
  }
  if (logical === 'io.debezium.data.Bits') {
    const { length } = parameters;
    return length === undefined ? 'bit varying' : `bit varying(${length})`;
  }
  const known = logical === undefined ? undefined : LOGICAL[logical];
  if (known !== undefined) return known;
  if (type === 'array') return items === undefined ? 'jsonb' : `${typeOfField(items)}[]`;
  return PLAIN[type] ?? 'jsonb';
}

/**
 * The default that the source's column has, where it is a plain one. Of dates and times it is left out: what the source
 * computes (`now()`) comes as 1970.
 */
export function defaultOf(field: FieldSchema | undefined, type: string): { readonly default?: string } {
  const { default: value, logical = '' } = field ?? {};
  if (field === undefined || value === undefined || value === null || /[Tt]ime|Date/.test(logical)) return {};
  const { category } = columnTypeOf(type);
  if (!PLAIN_CATEGORIES.has(category)) return {};
  const decoded = decoderOf(field, 'base64')?.(value) ?? value;
  return { default: castTo(columnTypeOf(type))(decoded) };
}

const PLAIN_CATEGORIES: ReadonlySet<Category> = new Set(['integer', 'numeric', 'float', 'boolean', 'text', 'json']);

/** The same of a field without schema, by one of its values: a type that others like it fit too. Undefined: null tells nothing. */
export function typeOfValue(value: Value): string | undefined {
  if (value === null || typeof value === 'symbol') return undefined;
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'string' || value instanceof Untyped) return 'text';
  if (value instanceof Float) return 'double precision';
  if (isNumeric(value)) return 'numeric';
  if (value instanceof Timestamp) return 'timestamptz';
  return value instanceof Struct || Array.isArray(value) ? 'jsonb' : 'text';
}
