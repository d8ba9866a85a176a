import { SluiceError } from '../failure/index.ts';
import type { ColumnNode, ColumnStep, Expression } from '../select/ast.ts';
import { walk } from '../select/ast.ts';
import { resolveColumn } from '../select/column.ts';
import type { Environment, Evaluate, Predicate } from '../select/compile/environment.ts';
import { compilePredicate } from '../select/compile/predicate.ts';
import { compileValue } from '../select/compile/value.ts';
import { inferTypes } from '../select/infer.ts';
import { parseExpression } from '../select/parse.ts';
import { queryError } from '../select/query-error.ts';
import { ANY, nameTypes, Type, UNKNOWN } from '../select/types.ts';
import { isList } from '../select/values/compare.ts';
import { MISSING } from '../select/values/missing.ts';
import { Timestamp } from '../select/values/timestamp.ts';
import { Struct, type Value } from '../select/values/value.ts';
import type { Row } from './contract.ts';
import { FieldFinder } from './field-finder.ts';

export interface CompileOptions {
  /** Milliseconds since 1970, for UTCNOW(). */
  readonly now: () => number;
}

/** An expression of the select engine over rows of messages. */
export interface RowExpression {
  /** Throws RecordError. */
  readonly evaluate: Evaluate<Row>;
  /** What of the row it asks for. */
  readonly columns: readonly FieldFinder[];
  /** Whether it is one field and nothing else. */
  readonly isColumn: boolean;
}

export interface RowCondition {
  /** Throws RecordError. */
  readonly holds: Predicate<Row>;
  readonly columns: readonly FieldFinder[];
  readonly expression: Expression;
}

/** Throws SluiceError of stage `select` with `line:column` for what can never be right. */
export function compileExpression(sql: string, options: CompileOptions): RowExpression {
  const { node, environment, columns } = analysed(sql, options);
  const isColumn = node.kind === 'column' && node.path.length === 1;
  return { evaluate: compileValue(sql, node, environment), columns, isColumn };
}

/** As `compileExpression`, for a condition. */
export function compileCondition(sql: string, options: CompileOptions): RowCondition {
  const { node, types, environment, columns } = analysed(sql, options);
  // What is neither TRUE nor FALSE would let nothing pass; whoever writes NULL itself knows.
  if ((types & (Type.BOOL | Type.UNTYPED)) === 0 && (types & ~UNKNOWN) !== 0) {
    throw queryError('InvalidDataType', sql, node.at, `${nameTypes(types)} stands here, expected a condition`);
  }
  return { holds: compilePredicate(sql, node, environment), columns, expression: node };
}

/** The value of any part of an expression that was analysed as a whole. */
export function compilePart(sql: string, node: Expression, options: CompileOptions): Evaluate<Row> {
  return compileValue(sql, node, environmentOf(sql, options, []));
}

function analysed(sql: string, options: CompileOptions) {
  const node = parseExpression(sql);
  for (const { node: each } of walk(node)) {
    if (each.kind !== 'aggregate') continue;
    throw queryError('UnsupportedSqlStructure', sql, each.at, `${each.name} needs many rows, expected an expression`);
  }
  const types = inferTypes(sql, node, {
    columns: ANY,
    column: (column) => resolveColumn(sql, column, undefined, 'json'),
  });
  const columns: FieldFinder[] = [];
  return { node, types, columns, environment: environmentOf(sql, options, columns) };
}

function environmentOf(sql: string, { now }: CompileOptions, columns: FieldFinder[]): Environment<Row> {
  return {
    column: (node) => {
      const { finder, evaluate } = columnOf(sql, node);
      columns.push(finder);
      return evaluate;
    },
    now: () => Timestamp.fromEpoch(now()),
  };
}

function columnOf(sql: string, node: ColumnNode): { finder: FieldFinder; evaluate: Evaluate<Row> } {
  const column = resolveColumn(sql, node, undefined, 'json');
  if (column.kind !== 'name') {
    throw new SluiceError('InvalidKeyPath', 'an expression over a message names fields', { stage: 'message' });
  }
  const { step, rest } = column;
  const finder = new FieldFinder(step.name, step.exact);
  const path = rest.map(stepInto);
  const flat = [step.name, ...rest.map((each) => (each.kind === 'name' ? each.name : String(each.index)))].join('_');
  const flatFinder = new FieldFinder(flat, step.exact);
  if (path.length === 0) return { finder, evaluate: (row) => finder.valueIn(row) };
  return {
    finder,
    evaluate: (row) => {
      let value = finder.valueIn(row);
      // A path means the same over rows whose nested values are fields of their own.
      if (value === MISSING) return flatFinder.valueIn(row);
      for (const into of path) value = into(value);
      return value;
    },
  };
}

function stepInto(step: ColumnStep): (value: Value) => Value {
  if (step.kind === 'index') return (value) => (isList(value) ? (value[step.index] ?? MISSING) : MISSING);
  const finder = new FieldFinder(step.name, step.exact);
  return (value) => (value instanceof Struct ? finder.valueIn(value) : MISSING);
}
