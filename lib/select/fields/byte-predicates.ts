import type { ColumnNode, CompareOperator } from '../ast.ts';
import type { BytePredicates, Predicate } from '../compile/environment.ts';
import { COMPARISONS, isAmong, likeValue } from '../compile/predicate.ts';
import { Decimal } from '../values/decimal.ts';
import type { LikePattern } from '../values/like.ts';
import { isInteger } from '../values/number.ts';
import { Truth } from '../values/truth.ts';
import type { Value } from '../values/value.ts';
import { parseShortNumber, shortNumber } from './number-bytes.ts';
import { Found, type Locate, type Span } from './span.ts';

/** How a row's columns are found, and what value a found one is. */
export interface Columns<R extends Span> {
  locate(node: ColumnNode): Locate<R>;
  decode(row: R, found: Found): Value;
}

/** Tests that look at the bytes of the common cases and leave the others to the values. */
export function bytePredicates<R extends Span>(columns: Columns<R>): BytePredicates<R> {
  return {
    compare(node, operator, literal) {
      if (typeof literal === 'string') return compareText(columns, node, operator, literal);
      const number = isInteger(literal) || literal instanceof Decimal ? shortNumber(literal.toString()) : undefined;
      return number === undefined ? undefined : compareNumber(columns, node, operator, literal, number);
    },
    in: (node, literals) => inTexts(columns, node, literals),
    like(node, pattern: LikePattern) {
      const locate = columns.locate(node);
      return (row) => {
        const found = locate(row);
        if (found === Found.FIELD || found === Found.TEXT) {
          return pattern.matches(row.bytes, row.from, row.to) ? Truth.TRUE : Truth.FALSE;
        }
        return likeValue(columns.decode(row, found), pattern);
      };
    },
    is(node, what) {
      const locate = columns.locate(node);
      const highest = what === 'missing' ? Found.MISSING : Found.NULL;
      return (row) => (locate(row) <= highest ? Truth.TRUE : Truth.FALSE);
    },
  };
}

const HOLDS: Readonly<Record<CompareOperator, (sign: number) => boolean>> = {
  '=': (sign) => sign === 0,
  '<>': (sign) => sign !== 0,
  '<': (sign) => sign < 0,
  '<=': (sign) => sign <= 0,
  '>': (sign) => sign > 0,
  '>=': (sign) => sign >= 0,
};

function compareNumber<R extends Span>(
  columns: Columns<R>,
  node: ColumnNode,
  operator: CompareOperator,
  literal: Value,
  number: number,
): Predicate<R> {
  const locate = columns.locate(node);
  const holds = HOLDS[operator];
  const slow = COMPARISONS[operator];
  return (row) => {
    const found = locate(row);
    if (found === Found.FIELD || found === Found.NUMBER) {
      const value = parseShortNumber(row.bytes, row.from, row.to);
      if (!Number.isNaN(value)) return holds(value - number) ? Truth.TRUE : Truth.FALSE;
    }
    return slow(columns.decode(row, found), literal);
  };
}

function compareText<R extends Span>(
  columns: Columns<R>,
  node: ColumnNode,
  operator: CompareOperator,
  literal: string,
): Predicate<R> {
  const locate = columns.locate(node);
  const bytes = Buffer.from(literal);
  const slow = COMPARISONS[operator];
  if (operator === '=' || operator === '<>') {
    const same = operator === '=' ? Truth.TRUE : Truth.FALSE;
    const different = operator === '=' ? Truth.FALSE : Truth.TRUE;
    return (row) => {
      const found = locate(row);
      if (found === Found.FIELD || found === Found.TEXT) return equals(row, bytes) ? same : different;
      return slow(columns.decode(row, found), literal);
    };
  }
  const holds = HOLDS[operator];
  return (row) => {
    const found = locate(row);
    if (found === Found.FIELD || found === Found.TEXT)
      return holds(compareBytes(row, bytes)) ? Truth.TRUE : Truth.FALSE;
    return slow(columns.decode(row, found), literal);
  };
}

/** IN over texts; numbers are left to the values, since one number has many texts. */
function inTexts<R extends Span>(
  columns: Columns<R>,
  node: ColumnNode,
  literals: readonly Value[],
): Predicate<R> | undefined {
  if (!literals.every((literal) => typeof literal === 'string')) return inNumbers(columns, node, literals);
  const locate = columns.locate(node);
  const texts = literals.map((literal) => Buffer.from(literal));
  return (row) => {
    const found = locate(row);
    if (found !== Found.FIELD && found !== Found.TEXT) return isAmong(columns.decode(row, found), literals);
    for (const text of texts) if (equals(row, text)) return Truth.TRUE;
    return Truth.FALSE;
  };
}

function inNumbers<R extends Span>(
  columns: Columns<R>,
  node: ColumnNode,
  literals: readonly Value[],
): Predicate<R> | undefined {
  const numbers = literals.map((literal) =>
    isInteger(literal) || literal instanceof Decimal ? shortNumber(literal.toString()) : undefined,
  );
  if (numbers.includes(undefined)) return undefined;
  const set = new Set(numbers);
  const locate = columns.locate(node);
  return (row) => {
    const found = locate(row);
    if (found === Found.FIELD || found === Found.NUMBER) {
      const value = parseShortNumber(row.bytes, row.from, row.to);
      if (!Number.isNaN(value)) return set.has(value) ? Truth.TRUE : Truth.FALSE;
    }
    return isAmong(columns.decode(row, found), literals);
  };
}

function equals({ bytes, from, to }: Span, literal: Buffer): boolean {
  if (to - from !== literal.length) return false;
  for (let i = 0; i < literal.length; i++) if (bytes[from + i] !== literal[i]) return false;
  return true;
}

function compareBytes({ bytes, from, to }: Span, literal: Buffer): number {
  const length = Math.min(to - from, literal.length);
  for (let i = 0; i < length; i++) {
    const difference = bytes[from + i]! - literal[i]!;
    if (difference !== 0) return difference;
  }
  return to - from - literal.length;
}
