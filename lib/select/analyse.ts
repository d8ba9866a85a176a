import type { InputFormat } from '../format/options.ts';
import type { AggregateNode, Expression, Select } from './ast.ts';
import { walk } from './ast.ts';
import { type Column, resolveColumn } from './column.ts';
import { inferTypes } from './infer.ts';
import { queryError } from './query-error.ts';
import { FIELD, JSON_VALUE, nameTypes, Type, UNKNOWN } from './types.ts';

export interface Analysis {
  readonly select: Select;
  readonly input: 'text' | 'json';
  /** Names of the result's columns; undefined for `*`. */
  readonly columns: readonly string[] | undefined;
  readonly aggregates: readonly AggregateNode[];
  /** Every column that the query names, once for each time. */
  readonly references: readonly Column[];
}

/**
 * Refuses what can be known to be wrong before any record is read: unknown functions, wrong numbers and types of arguments,
 * comparisons that can never be true, aggregates beside columns. Throws SluiceError of stage `select`.
 */
export function analyse(select: Select, format: InputFormat['kind']): Analysis {
  const input = format === 'csv' || format === 'log' ? 'text' : 'json';
  const { sql, from, where, projections } = select;
  if (input === 'text' && from.path.length > 0) {
    throw queryError('InvalidDataSource', sql, from.path[0]!.at, 'only JSON has paths, expected S3Object alone');
  }
  const columns = format === 'parquet' ? JSON_VALUE | Type.UNTYPED : input === 'text' ? FIELD : JSON_VALUE;
  const references: Column[] = [];
  const column = (node: Extract<Expression, { kind: 'column' }>) => {
    const resolved = resolveColumn(sql, node, from, input);
    references.push(resolved);
    return resolved;
  };
  const infer = (node: Expression) => inferTypes(sql, node, { columns, column });
  const expressions = projections === '*' ? [] : projections.map((projection) => projection.expression);
  for (const expression of expressions) infer(expression);
  if (where !== undefined) {
    const types = infer(where);
    if ((types & (Type.BOOL | Type.UNTYPED | UNKNOWN)) === 0) {
      throw queryError('InvalidDataType', sql, where.at, `WHERE has ${nameTypes(types)}, expected a condition`);
    }
    for (const { node } of walk(where)) {
      if (node.kind === 'aggregate') {
        throw queryError(
          'UnsupportedSqlStructure',
          sql,
          node.at,
          `${node.name} cannot stand in WHERE, expected it in the SELECT list`,
        );
      }
    }
  }
  return { select, input, columns: namesOf(select), aggregates: aggregatesOf(sql, expressions), references };
}

/** A projection's name: its alias, else the last name of its path, else `_n` by its place. */
function namesOf({ projections }: Select): readonly string[] | undefined {
  if (projections === '*') return undefined;
  return projections.map(({ alias, expression }, i) => {
    if (alias !== undefined) return alias;
    const last = expression.kind === 'column' ? expression.path.at(-1) : undefined;
    return last?.kind === 'name' ? last.name : `_${i + 1}`;
  });
}

function aggregatesOf(sql: string, expressions: readonly Expression[]): AggregateNode[] {
  const aggregates = expressions.flatMap((root) =>
    [...walk(root)].flatMap(({ node }) => (node.kind === 'aggregate' ? [node] : [])),
  );
  if (aggregates.length === 0) return aggregates;
  const inside = new Set(
    aggregates.flatMap((node) => (node.operand === undefined ? [] : [...walk(node.operand)].map((w) => w.node))),
  );
  for (const { node } of expressions.flatMap((root) => [...walk(root)])) {
    if (node.kind === 'aggregate' && inside.has(node)) {
      throw queryError(
        'UnsupportedSqlStructure',
        sql,
        node.at,
        `${node.name} stands in another aggregate, expected a column or an expression`,
      );
    }
    if (node.kind === 'column' && !inside.has(node)) {
      const what = 'a column stands beside an aggregate, which makes one row of all: expected aggregates only';
      throw queryError('UnsupportedSqlStructure', sql, node.at, what);
    }
  }
  return aggregates;
}
