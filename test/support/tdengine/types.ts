import { type Cell, Refusal } from './answer.ts';
import type { Scanner, Token } from './scanner.ts';

export const PRECISIONS = { ms: 3, us: 6, ns: 9 } as const;
export type Precision = keyof typeof PRECISIONS;

export interface Field {
  readonly name: string;
  readonly type: string;
  /** Of VARCHAR bytes, of NCHAR characters, else the type's own bytes. */
  readonly length: number;
}

const BITS: Readonly<Record<string, number>> = { TINYINT: 8, SMALLINT: 16, INT: 32, BIGINT: 64 };
const SIZES: Readonly<Record<string, number>> = {
  TIMESTAMP: 8,
  BOOL: 1,
  TINYINT: 1,
  SMALLINT: 2,
  INT: 4,
  BIGINT: 8,
  FLOAT: 4,
  DOUBLE: 8,
};
const LENGTHENED = new Set(['VARCHAR', 'NCHAR', 'VARBINARY']);
const ALIASES: Readonly<Record<string, string>> = { BINARY: 'VARCHAR', INTEGER: 'INT' };

export function readType(scanner: Scanner): Omit<Field, 'name'> {
  const token = scanner.next();
  const word = token.text.toUpperCase();
  const base = ALIASES[word] ?? word;
  if (LENGTHENED.has(base)) {
    scanner.expect('(');
    const length = scanner.integer();
    scanner.expect(')');
    return { type: base, length };
  }
  const length = SIZES[base];
  if (token.kind !== 'word' || length === undefined) throw scanner.error(token);
  return { type: scanner.take('unsigned') ? `${base} UNSIGNED` : base, length };
}

/** A literal as the column holds it. Throws what the server answers to one that it does not take. */
export function cellOf(token: Token, field: Field, scanner: Scanner, precision: Precision, now: number): Cell {
  const { kind, text } = token;
  if (kind === 'word' && text === 'null') return null;
  if (kind === 'symbol' || kind === 'end' || kind === 'name') throw scanner.error(token);
  const wordAllowed = ['true', 'false'].includes(text) || (text === 'now' && field.type === 'TIMESTAMP');
  if (kind === 'word' && !wordAllowed) throw scanner.error(token);
  switch (field.type) {
    case 'TIMESTAMP':
      return timestampOf(token, scanner, precision, now);
    case 'BOOL':
      if (text.toLowerCase() === 'true' || text.toLowerCase() === 'false') return text.toLowerCase() === 'true';
      if (Number.isNaN(Number(text))) throw scanner.error(token, 'invalid bool data');
      return Number(text) !== 0;
    case 'FLOAT':
    case 'DOUBLE':
      return floatOf(token, field, scanner);
    case 'VARCHAR':
    case 'VARBINARY':
    case 'NCHAR': {
      const length = field.type === 'NCHAR' ? [...text].length : Buffer.byteLength(text);
      if (length > field.length) throw new Refusal(9811, `Value too long for column/tag: ${field.name}`);
      return text;
    }
    default:
      return integerOf(token, field, scanner);
  }
}

function integerOf(token: Token, { type }: Field, scanner: Scanner): Cell {
  const label = type.toLowerCase();
  const match = /^([+-]?)(\d+)(?:\.(\d*))?$/.exec(token.text);
  let value: bigint;
  if (match !== null) {
    value = BigInt(match[2]!) + ((match[3] ?? '') >= '5' ? 1n : 0n);
    if (match[1] === '-') value = -value;
  } else if (token.text !== '' && Number.isFinite(Number(token.text))) {
    value = BigInt(Math.round(Number(token.text)));
  } else throw scanner.error(token, `invalid ${label} data`);
  const [base, unsigned] = type.split(' ');
  const bits = BigInt(BITS[base!]!);
  const [low, high] = unsigned === undefined ? [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n] : [0n, 2n ** bits - 1n];
  if (value < low || value > high) throw scanner.error(token, `${label} data overflow`);
  return value;
}

const LARGEST_FLOAT = 3.4028234663852886e38;
const SMALLEST = { FLOAT: 1.1754943508222875e-38, DOUBLE: 2.2250738585072014e-308 };

function floatOf(token: Token, { type }: Field, scanner: Scanner): Cell {
  const value = Number(token.text);
  const size = Math.abs(value);
  const [most, least] = type === 'FLOAT' ? [LARGEST_FLOAT, SMALLEST.FLOAT] : [Number.MAX_VALUE, SMALLEST.DOUBLE];
  const denormal = size < least && /[1-9]/.test(token.text.replace(/e.*/, ''));
  if (token.text === '' || Number.isNaN(value) || size > most || denormal) {
    throw scanner.error(token, 'illegal float data');
  }
  return type === 'FLOAT' ? Number(Math.fround(value).toPrecision(8)) : value;
}

function timestampOf(token: Token, scanner: Scanner, precision: Precision, now: number): Cell {
  const digits = PRECISIONS[precision];
  if (token.kind === 'word') return BigInt(now) * 10n ** BigInt(digits - 3);
  if (token.kind === 'number') {
    if (!/^[+-]?\d+$/.test(token.text)) throw scanner.error(token, 'invalid timestamp');
    return BigInt(token.text);
  }
  const match = /^(.*?)(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)$/.exec(token.text);
  const seconds = match === null ? Number.NaN : Date.parse(`${match[1]}${match[3]}`) / 1000;
  if (Number.isNaN(seconds)) throw scanner.error(token, 'invalid timestamp');
  const fraction = (match?.[2] ?? '').padEnd(9, '0').slice(0, digits);
  return BigInt(seconds) * 10n ** BigInt(digits) + BigInt(fraction);
}

/** As the server shows a moment: RFC 3339 with the digits of the database's precision. */
export function timestampText(ticks: bigint, precision: Precision): string {
  const digits = PRECISIONS[precision];
  const unit = 10n ** BigInt(digits);
  const fraction = ((ticks % unit) + unit) % unit;
  const seconds = (ticks - fraction) / unit;
  const text = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  return `${text}.${String(fraction).padStart(digits, '0')}Z`;
}
