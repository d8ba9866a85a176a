import type {
  BetweenNode,
  ColumnNode,
  CompareNode,
  CompareOperator,
  Expression,
  InNode,
  IsNode,
  LikeNode,
} from '../ast.ts';
import { queryError } from '../query-error.ts';
import { equal, isList, isUnknown, order } from '../values/compare.ts';
import { LikePattern } from '../values/like.ts';
import { MISSING } from '../values/missing.ts';
import { RecordError } from '../values/record-error.ts';
import { not, Truth, truthOf } from '../values/truth.ts';
import { Untyped, type Value } from '../values/value.ts';
import type { Environment, Predicate } from './environment.ts';
import { compileValue, textOperand } from './value.ts';

/** Makes a condition out of an expression that analysis has accepted. Where it can, it looks at bytes and makes no values. */
export function compilePredicate<R>(sql: string, node: Expression, environment: Environment<R>): Predicate<R> {
  switch (node.kind) {
    case 'and':
    case 'or': {
      const operands = node.operands.map((operand) => compilePredicate(sql, operand, environment));
      return chain(operands, node.kind === 'and' ? Truth.FALSE : Truth.TRUE);
    }
    case 'not':
      return negated(true, compilePredicate(sql, node.operand, environment));
    case 'compare':
      return compileCompare(sql, node, environment);
    case 'between':
      return negated(node.negated, compileBetween(sql, node, environment));
    case 'in':
      return negated(node.negated, compileIn(sql, node, environment));
    case 'like':
      return negated(node.negated, compileLike(sql, node, environment));
    case 'is':
      return negated(node.negated, compileIs(sql, node, environment));
    default: {
      const value = compileValue(sql, node, environment);
      return (row) => truthOf(value(row));
    }
  }
}

function negated<R>(yes: boolean, predicate: Predicate<R>): Predicate<R> {
  return yes ? (row) => not(predicate(row)) : predicate;
}

/** AND is over at the first FALSE, OR at the first TRUE. */
function chain<R>(operands: readonly Predicate<R>[], decisive: Truth): Predicate<R> {
  const neutral = not(decisive);
  const [first, second] = operands as [Predicate<R>, Predicate<R>];
  if (operands.length === 2) {
    return (row) => {
      const a = first(row);
      if (a === decisive) return decisive;
      const b = second(row);
      return b === decisive ? decisive : a === Truth.UNKNOWN ? a : b;
    };
  }
  return (row) => {
    let result: Truth = neutral;
    for (let i = 0; i < operands.length; i++) {
      const truth = operands[i]!(row);
      if (truth === decisive) return decisive;
      if (truth === Truth.UNKNOWN) result = truth;
    }
    return result;
  };
}

const FLIPPED: Readonly<Record<CompareOperator, CompareOperator>> = {
  '=': '=',
  '<>': '<>',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};

function compileCompare<R>(sql: string, node: CompareNode, environment: Environment<R>): Predicate<R> {
  const { operator, left, right } = node;
  if (left.kind === 'column' && right.kind === 'literal') {
    const onBytes = environment.bytes?.compare(left, operator, right.value);
    if (onBytes !== undefined) return onBytes;
  }
  if (left.kind === 'literal' && right.kind === 'column') {
    const onBytes = environment.bytes?.compare(right, FLIPPED[operator], left.value);
    if (onBytes !== undefined) return onBytes;
  }
  const a = compileValue(sql, left, environment);
  const b = compileValue(sql, right, environment);
  const test = COMPARISONS[operator];
  return (row) => test(a(row), b(row));
}

const toTruth = (known: boolean | undefined): Truth =>
  known === undefined ? Truth.UNKNOWN : known ? Truth.TRUE : Truth.FALSE;

function ordering(holds: (sign: number) => boolean): (a: Value, b: Value) => Truth {
  return (a, b) => {
    const sign = order(a, b);
    return Number.isNaN(sign) ? Truth.UNKNOWN : holds(sign) ? Truth.TRUE : Truth.FALSE;
  };
}

/** The comparison operators over values. */
export const COMPARISONS: Readonly<Record<CompareOperator, (a: Value, b: Value) => Truth>> = {
  '=': (a, b) => toTruth(equal(a, b)),
  '<>': (a, b) => not(toTruth(equal(a, b))),
  '<': ordering((sign) => sign < 0),
  '<=': ordering((sign) => sign <= 0),
  '>': ordering((sign) => sign > 0),
  '>=': ordering((sign) => sign >= 0),
};

function compileBetween<R>(sql: string, node: BetweenNode, environment: Environment<R>): Predicate<R> {
  const { operand, low, high, at } = node;
  if (operand.kind === 'column' && low.kind === 'literal' && high.kind === 'literal') {
    const from = compileCompare(sql, { kind: 'compare', at, operator: '>=', left: operand, right: low }, environment);
    const to = compileCompare(sql, { kind: 'compare', at, operator: '<=', left: operand, right: high }, environment);
    return chain([from, to], Truth.FALSE);
  }
  const value = compileValue(sql, operand, environment);
  const from = compileValue(sql, low, environment);
  const to = compileValue(sql, high, environment);
  return (row) => {
    const middle = value(row);
    const above = COMPARISONS['>='](middle, from(row));
    if (above === Truth.FALSE) return above;
    const below = COMPARISONS['<='](middle, to(row));
    return below === Truth.FALSE ? below : above === Truth.UNKNOWN ? above : below;
  };
}

function compileIn<R>(sql: string, node: InNode, environment: Environment<R>): Predicate<R> {
  const { operand, list } = node;
  const value = compileValue(sql, operand, environment);
  if ('kind' in list) {
    const items = compileValue(sql, list, environment);
    return (row) => {
      const all = items(row);
      return isList(all) ? isAmong(value(row), all) : Truth.UNKNOWN;
    };
  }
  const literals = list.flatMap((item): Value[] => (item.kind === 'literal' ? [item.value] : []));
  if (operand.kind === 'column' && literals.length === list.length) {
    const onBytes = environment.bytes?.in(operand, literals);
    if (onBytes !== undefined) return onBytes;
  }
  const items = list.map((item) => compileValue(sql, item, environment));
  return (row) => {
    const one = value(row);
    let result: Truth = Truth.FALSE;
    for (const item of items) {
      const known = equal(one, item(row));
      if (known === true) return Truth.TRUE;
      if (known === undefined) result = Truth.UNKNOWN;
    }
    return result;
  };
}

/** TRUE if one is equal, else UNKNOWN if one is not known to be different, else FALSE. */
export function isAmong(value: Value, list: readonly Value[]): Truth {
  let result: Truth = Truth.FALSE;
  for (const item of list) {
    const known = equal(value, item);
    if (known === true) return Truth.TRUE;
    if (known === undefined) result = Truth.UNKNOWN;
  }
  return result;
}

function compileIs<R>(sql: string, node: IsNode, environment: Environment<R>): Predicate<R> {
  if (node.operand.kind === 'column') {
    const onBytes = environment.bytes?.is(node.operand, node.what);
    if (onBytes !== undefined) return onBytes;
  }
  const value = compileValue(sql, node.operand, environment);
  // A MISSING value IS NULL too, as in PartiQL.
  const test = node.what === 'missing' ? (one: Value) => one === MISSING : isUnknown;
  return (row) => (test(value(row)) ? Truth.TRUE : Truth.FALSE);
}

function compileLike<R>(sql: string, node: LikeNode, environment: Environment<R>): Predicate<R> {
  const { operand, pattern, escape: escaper } = node;
  const constant = constantPattern(sql, node);
  if (constant !== undefined) {
    const onBytes = operand.kind === 'column' ? environment.bytes?.like(operand as ColumnNode, constant) : undefined;
    if (onBytes !== undefined) return onBytes;
    const value = compileValue(sql, operand, environment);
    return (row) => likeValue(value(row), constant);
  }
  const value = compileValue(sql, operand, environment);
  const patterns = compileValue(sql, pattern, environment);
  const escapes = escaper === undefined ? undefined : compileValue(sql, escaper, environment);
  return (row) => {
    const mark = escapes?.(row);
    const source = patterns(row);
    if (isUnknown(source) || (mark !== undefined && isUnknown(mark))) return Truth.UNKNOWN;
    const text = likeText(source);
    return likeValue(value(row), mark === undefined ? new LikePattern(text) : new LikePattern(text, likeText(mark)));
  };
}

function constantPattern(sql: string, { pattern, escape: escaper }: LikeNode): LikePattern | undefined {
  if (pattern.kind !== 'literal' || typeof pattern.value !== 'string') return undefined;
  if (escaper !== undefined && (escaper.kind !== 'literal' || typeof escaper.value !== 'string')) return undefined;
  try {
    return escaper === undefined
      ? new LikePattern(pattern.value)
      : new LikePattern(pattern.value, escaper.value as string);
  } catch (error) {
    if (error instanceof RecordError) throw queryError(error.code, sql, (escaper ?? pattern).at, error.reason);
    throw error;
  }
}

const likeText = (value: Value) => (value instanceof Untyped ? value.text : textOperand(value, 'LIKE'));

/** Throws RecordError `LikeInvalidInputs` for what is no text. */
export function likeValue(value: Value, pattern: LikePattern): Truth {
  if (isUnknown(value)) return Truth.UNKNOWN;
  const text = value instanceof Untyped ? value.text : value;
  if (typeof text !== 'string')
    throw new RecordError('LikeInvalidInputs', 'LIKE is asked of something that is no text; CAST it');
  return pattern.matchesText(text) ? Truth.TRUE : Truth.FALSE;
}
