import { Decimal } from './values/decimal.ts';
import { MISSING } from './values/missing.ts';
import { Timestamp } from './values/timestamp.ts';
import { Float, Struct, Untyped, type Value } from './values/value.ts';

/** Sets of types, as bits: what analysis knows of an expression before any record is read. */
export const Type = {
  NULL: 1,
  MISSING: 2,
  BOOL: 4,
  INT: 8,
  DECIMAL: 16,
  FLOAT: 32,
  STRING: 64,
  TIMESTAMP: 128,
  LIST: 256,
  STRUCT: 512,
  /** A CSV field, or a moment of Parquet, which reads as what stands beside it. */
  UNTYPED: 1024,
} as const;
export type TypeSet = number;

export const UNKNOWN: TypeSet = Type.NULL | Type.MISSING;
export const NUMBER: TypeSet = Type.INT | Type.DECIMAL | Type.FLOAT;
/** A CSV field, or nothing where the record has too few. */
export const FIELD: TypeSet = Type.UNTYPED | Type.MISSING;
/** A JSON value; JSON has no timestamps. */
export const JSON_VALUE: TypeSet = UNKNOWN | Type.BOOL | NUMBER | Type.STRING | Type.LIST | Type.STRUCT;
export const ANY: TypeSet = 2047;

const NAMES: readonly (readonly [TypeSet, string])[] = [
  [Type.BOOL, 'BOOL'],
  [Type.INT, 'INT'],
  [Type.DECIMAL, 'DECIMAL'],
  [Type.FLOAT, 'FLOAT'],
  [Type.STRING, 'STRING'],
  [Type.TIMESTAMP, 'TIMESTAMP'],
  [Type.LIST, 'LIST'],
  [Type.STRUCT, 'STRUCT'],
];

/** `INT or STRING`, for errors. NULL and MISSING go without saying. */
export function nameTypes(types: TypeSet): string {
  if ((types & NUMBER) === NUMBER) return [...names(types & ~NUMBER), 'a number'].join(' or ');
  return names(types).join(' or ') || 'NULL';
}

function names(types: TypeSet): string[] {
  return NAMES.filter(([bit]) => (types & bit) !== 0).map(([, name]) => name);
}

export function typeOf(value: Value): TypeSet {
  if (value === null) return Type.NULL;
  if (value === MISSING) return Type.MISSING;
  if (typeof value === 'boolean') return Type.BOOL;
  if (typeof value === 'string') return Type.STRING;
  if (value instanceof Untyped) return Type.UNTYPED;
  if (value instanceof Timestamp) return Type.TIMESTAMP;
  if (value instanceof Decimal) return Type.DECIMAL;
  if (value instanceof Float) return Type.FLOAT;
  if (value instanceof Struct) return Type.STRUCT;
  return Array.isArray(value) ? Type.LIST : Type.INT;
}

/** Whether values of the two sets can be compared at all: numbers with numbers, and so on. */
export function comparable(a: TypeSet, b: TypeSet): boolean {
  if (((a | b) & (UNKNOWN | Type.UNTYPED)) !== 0) return true;
  return (widen(a) & widen(b)) !== 0;
}

function widen(types: TypeSet): TypeSet {
  return (types & NUMBER) !== 0 ? types | NUMBER : types;
}
