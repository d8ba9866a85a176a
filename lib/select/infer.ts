import type { AggregateNode, CallNode, CastType, ColumnNode, Expression } from './ast.ts';
import type { Column } from './column.ts';
import type { FunctionEntry } from './functions/entry.ts';
import { FUNCTIONS } from './functions/table.ts';
import { queryError } from './query-error.ts';
import { comparable, NUMBER, nameTypes, Type, type TypeSet, typeOf, UNKNOWN } from './types.ts';

export interface Scope {
  /** What a column may be. */
  readonly columns: TypeSet;
  readonly column: (node: ColumnNode) => Column;
}

const CAST_RESULTS: Readonly<Record<CastType, TypeSet>> = {
  BOOL: Type.BOOL,
  INT: Type.INT,
  FLOAT: Type.FLOAT,
  DECIMAL: Type.DECIMAL,
  STRING: Type.STRING,
  TIMESTAMP: Type.TIMESTAMP,
};

/** Which types an expression may have. Throws SluiceError where no record could make sense of it. */
export function inferTypes(sql: string, node: Expression, scope: Scope): TypeSet {
  const infer = (child: Expression) => inferTypes(sql, child, scope);
  const compare = (left: TypeSet, right: TypeSet, at: Expression) => {
    if (comparable(left, right)) return;
    const what = `${nameTypes(left)} is compared with ${nameTypes(right)}, expected two of a kind`;
    throw queryError('InvalidDataType', sql, at.at, what, 'CAST one side to the type of the other.');
  };
  const want = (child: Expression, wanted: TypeSet, what: string) => {
    const types = infer(child);
    if ((types & (wanted | UNKNOWN | Type.UNTYPED)) !== 0) return types;
    throw queryError('InvalidDataType', sql, child.at, `${nameTypes(types)} stands here, expected ${what}`);
  };
  switch (node.kind) {
    case 'literal':
      return typeOf(node.value);
    case 'list':
      node.items.forEach(infer);
      return Type.LIST;
    case 'column':
      scope.column(node);
      return scope.columns;
    case 'and':
    case 'or':
      for (const operand of node.operands) want(operand, Type.BOOL, 'a condition');
      return Type.BOOL | Type.NULL;
    case 'not':
      want(node.operand, Type.BOOL, 'a condition');
      return Type.BOOL | Type.NULL;
    case 'negate':
      return numeric(want(node.operand, NUMBER, 'a number'));
    case 'compare':
      compare(infer(node.left), infer(node.right), node);
      return Type.BOOL | UNKNOWN;
    case 'arithmetic': {
      const types = want(node.left, NUMBER, 'a number') | want(node.right, NUMBER, 'a number');
      return numeric(types);
    }
    case 'concat':
      want(node.left, Type.STRING, 'a text');
      want(node.right, Type.STRING, 'a text');
      return Type.STRING | UNKNOWN;
    case 'is':
      infer(node.operand);
      return Type.BOOL;
    case 'between': {
      // Once: an operand may itself be a BETWEEN, and so on.
      const types = infer(node.operand);
      compare(types, infer(node.low), node.low);
      compare(types, infer(node.high), node.high);
      return Type.BOOL | UNKNOWN;
    }
    case 'in':
      inferIn(node);
      return Type.BOOL | UNKNOWN;
    case 'like':
      for (const child of [node.operand, node.pattern, ...(node.escape === undefined ? [] : [node.escape])]) {
        want(child, Type.STRING, 'a text');
      }
      return Type.BOOL | UNKNOWN;
    case 'case':
      return inferCase(node);
    case 'cast':
      infer(node.operand);
      return CAST_RESULTS[node.type] | UNKNOWN;
    case 'call':
      return inferCall(sql, node, infer);
    case 'aggregate':
      return inferAggregate(sql, node, infer);
  }

  function inferIn(test: Extract<Expression, { kind: 'in' }>): void {
    if ('kind' in test.list) {
      want(test.list, Type.LIST, 'a list');
      infer(test.operand);
      return;
    }
    const types = test.list.map(infer).reduce((all, one) => all | one, 0);
    compare(infer(test.operand), types, test);
  }

  function inferCase(test: Extract<Expression, { kind: 'case' }>): TypeSet {
    const operand = test.operand === undefined ? undefined : infer(test.operand);
    let result: TypeSet = test.otherwise === undefined ? Type.NULL : infer(test.otherwise);
    for (const branch of test.branches) {
      if (operand === undefined) want(branch.when, Type.BOOL, 'a condition');
      else compare(infer(branch.when), operand, branch.when);
      result |= infer(branch.result);
    }
    return result;
  }
}

function numeric(types: TypeSet): TypeSet {
  const numbers = types & NUMBER;
  return (numbers === 0 || (types & Type.UNTYPED) !== 0 ? NUMBER : numbers) | (types & UNKNOWN);
}

function inferCall(sql: string, node: CallNode, infer: (child: Expression) => TypeSet): TypeSet {
  const entry = FUNCTIONS.get(node.name);
  if (entry === undefined) {
    const what = `there is no function ${node.name}, expected one of ${[...FUNCTIONS.keys()].join(', ')}`;
    throw queryError('UnsupportedFunction', sql, node.at, what);
  }
  checkCount(sql, node, entry);
  let all: TypeSet = 0;
  node.args.forEach((arg, i) => {
    const types = infer(arg);
    const parameter = entry.parameters[Math.min(i, entry.parameters.length - 1)]!;
    all |= types;
    if ((types & (parameter.types | UNKNOWN | Type.UNTYPED)) !== 0) return;
    const what = `${parameter.name} of ${node.name} is ${nameTypes(types)}, expected ${nameTypes(parameter.types)}`;
    throw queryError('IncorrectSqlFunctionArgumentType', sql, arg.at, what);
  });
  return entry.result === 'argument' ? all | Type.NULL : entry.result | (all & UNKNOWN);
}

function checkCount(sql: string, node: CallNode, entry: FunctionEntry): void {
  const { parameters } = entry;
  const least = parameters.filter((parameter) => parameter.optional === undefined).length;
  const most = parameters.at(-1)?.repeated ? Number.POSITIVE_INFINITY : parameters.length;
  const count = node.args.length;
  if (count >= least && count <= most) return;
  const expected =
    most === least ? String(least) : most === Number.POSITIVE_INFINITY ? `${least} or more` : `${least} or ${most}`;
  throw queryError(
    'EvaluatorInvalidArguments',
    sql,
    node.at,
    `${node.name} has ${count} arguments, expected ${expected}: ${entry.signature}`,
  );
}

/** AVG of integers is a decimal. MAX and MIN take whatever has an order. */
function inferAggregate(sql: string, node: AggregateNode, infer: (child: Expression) => TypeSet): TypeSet {
  if (node.operand === undefined) return Type.INT;
  const types = infer(node.operand);
  if (node.name === 'COUNT') return Type.INT;
  if (node.name === 'MAX' || node.name === 'MIN') return types | Type.NULL;
  if ((types & (NUMBER | UNKNOWN | Type.UNTYPED)) === 0) {
    const what = `${node.name} has ${nameTypes(types)}, expected a number`;
    throw queryError('IncorrectSqlFunctionArgumentType', sql, node.operand.at, what);
  }
  const sum = numeric(types) | Type.NULL;
  return node.name === 'AVG' && (sum & Type.INT) !== 0 ? (sum & ~Type.INT) | Type.DECIMAL : sum;
}
