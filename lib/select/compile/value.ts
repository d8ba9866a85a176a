import type { ArithmeticNode, CaseNode, Expression } from '../ast.ts';
import { cast } from '../values/cast.ts';
import { equal, isUnknown, typeName } from '../values/compare.ts';
import { MISSING } from '../values/missing.ts';
import { ARITHMETIC, isNumeric, negate, parseNumber } from '../values/number.ts';
import { RecordError } from '../values/record-error.ts';
import { fromTruth, Truth } from '../values/truth.ts';
import { type Numeric, Untyped, type Value } from '../values/value.ts';
import { compileCall } from './call.ts';
import type { Environment, Evaluate } from './environment.ts';
import { compilePredicate } from './predicate.ts';

/** Makes a function of a row out of an expression that analysis has accepted. */
export function compileValue<R>(sql: string, node: Expression, environment: Environment<R>): Evaluate<R> {
  const compile = (child: Expression) => compileValue(sql, child, environment);
  switch (node.kind) {
    case 'literal': {
      const { value } = node;
      return () => value;
    }
    case 'list': {
      const items = node.items.map(compile);
      return (row) => items.map((item) => item(row));
    }
    case 'column':
      return environment.column(node);
    case 'aggregate': {
      const aggregate = environment.aggregate?.(node);
      if (aggregate === undefined) throw new Error('an aggregate was compiled where analysis allows none');
      return aggregate;
    }
    case 'negate': {
      const operand = compile(node.operand);
      return (row) => {
        const value = operand(row);
        return isUnknown(value) ? value : negate(numberOf(value));
      };
    }
    case 'arithmetic':
      return compileArithmetic(node, compile(node.left), compile(node.right));
    case 'concat':
      return compileConcat(compile(node.left), compile(node.right));
    case 'case':
      return compileCase(sql, node, environment);
    case 'cast': {
      const operand = compile(node.operand);
      const { type } = node;
      return (row) => cast(operand(row), type);
    }
    case 'call':
      return compileCall(sql, node, node.args.map(compile), environment);
    case 'compare':
    case 'between':
    case 'in':
    case 'like':
      return compileTest(sql, node, environment);
    default: {
      const predicate = compilePredicate(sql, node, environment);
      return (row) => fromTruth(predicate(row));
    }
  }
}

/** A comparison as a value: MISSING where one side is, which a condition does not tell from NULL. */
function compileTest<R>(sql: string, node: Expression, environment: Environment<R>): Evaluate<R> {
  const predicate = compilePredicate(sql, node, environment);
  const operands = operandsOf(node).map((child) => compileValue(sql, child, environment));
  return (row) => {
    const truth = predicate(row);
    if (truth !== Truth.UNKNOWN) return truth === Truth.TRUE;
    return operands.some((operand) => operand(row) === MISSING) ? MISSING : null;
  };
}

function operandsOf(node: Expression): readonly Expression[] {
  switch (node.kind) {
    case 'compare':
      return [node.left, node.right];
    case 'between':
      return [node.operand, node.low, node.high];
    case 'like':
      return [node.operand, node.pattern];
    case 'in':
      return [node.operand];
    default:
      return [];
  }
}

/** A number, or a text without type that is one. Throws RecordError `CastFailed`, `InvalidDataType`. */
export function numberOf(value: Exclude<Value, null | typeof MISSING>): Numeric {
  if (isNumeric(value)) return value;
  if (!(value instanceof Untyped)) {
    throw new RecordError('InvalidDataType', `a ${typeName(value)} stands where a number is needed; CAST it`);
  }
  const number = parseNumber(value.text);
  if (number === undefined) throw new RecordError('CastFailed', 'a field that is calculated with is no number');
  return number;
}

function compileArithmetic<R>(node: ArithmeticNode, left: Evaluate<R>, right: Evaluate<R>): Evaluate<R> {
  const calculate = ARITHMETIC[node.operator];
  return (row) => {
    const a = left(row);
    const b = right(row);
    if (a === MISSING || b === MISSING) return MISSING;
    if (a === null || b === null) return null;
    return calculate(numberOf(a), numberOf(b));
  };
}

function compileConcat<R>(left: Evaluate<R>, right: Evaluate<R>): Evaluate<R> {
  return (row) => {
    const a = left(row);
    const b = right(row);
    if (a === MISSING || b === MISSING) return MISSING;
    if (a === null || b === null) return null;
    return textOperand(a, '||') + textOperand(b, '||');
  };
}

/** Throws RecordError `InvalidDataType`. */
export function textOperand(value: Value, operator: string): string {
  if (typeof value === 'string') return value;
  if (value instanceof Untyped) return value.text;
  throw new RecordError('InvalidDataType', `a ${typeName(value)} stands beside ${operator}, which takes text; CAST it`);
}

function compileCase<R>(sql: string, node: CaseNode, environment: Environment<R>): Evaluate<R> {
  const compile = (child: Expression) => compileValue(sql, child, environment);
  const results = node.branches.map((branch) => compile(branch.result));
  const otherwise: Evaluate<R> = node.otherwise === undefined ? () => null : compile(node.otherwise);
  if (node.operand === undefined) {
    const conditions = node.branches.map((branch) => compilePredicate(sql, branch.when, environment));
    return (row) => {
      for (let i = 0; i < conditions.length; i++) if (conditions[i]!(row) === Truth.TRUE) return results[i]!(row);
      return otherwise(row);
    };
  }
  const operand = compile(node.operand);
  const candidates = node.branches.map((branch) => compile(branch.when));
  return (row) => {
    const value = operand(row);
    for (let i = 0; i < candidates.length; i++) if (equal(value, candidates[i]!(row)) === true) return results[i]!(row);
    return otherwise(row);
  };
}
