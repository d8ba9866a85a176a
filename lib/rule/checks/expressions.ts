import { SluiceError } from '../../failure/index.ts';
import { compileCondition, compileExpression } from '../../message/expression.ts';
import { type NameStep, walk } from '../../select/ast.ts';
import { parseExpression } from '../../select/parse.ts';
import { expression } from '../schema/mapping.ts';
import type { SinkRule } from '../schema.ts';
import { nodeAt, type Path, pathText } from '../tree.ts';
import { refusedText } from './refused-text.ts';
import type { RuleSubject } from './subject.ts';

/** An expression of a rule, as it was written, and where. */
export interface WrittenExpression {
  readonly path: Path;
  readonly sql: string;
  readonly isCondition: boolean;
}

/** Expressions that the select engine refuses, each told at its place in the file. */
export function expressionProblems(subject: RuleSubject<SinkRule>): readonly SluiceError[] {
  return [...stepExpressions(subject.rule), ...mappingExpressions(subject)].flatMap((written) => {
    try {
      if (written.isCondition) compileCondition(written.sql, { now: () => 0 });
      else compileExpression(written.sql, { now: () => 0 });
      return [];
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      return [refusedText(subject, written.path, pathText(written.path), error)];
    }
  });
}

export function stepExpressions({ steps }: SinkRule): readonly WrittenExpression[] {
  return steps.flatMap((step, i): WrittenExpression[] => {
    if ('filter' in step) return [{ path: ['steps', i, 'filter'], sql: step.filter, isCondition: true }];
    if (!('set' in step)) return [];
    return Object.entries(step.set).map(([name, sql]) => ({
      path: ['steps', i, 'set', name],
      sql,
      isCondition: false,
    }));
  });
}

/** Constants are ours to write, and right. */
export function mappingExpressions({ rule, tree }: RuleSubject<SinkRule>): readonly WrittenExpression[] {
  const maps = [
    ['columns', rule.columns] as const,
    ...(rule.kind === 'tdengine-sink' ? [['tags', rule.tags] as const] : []),
  ];
  return maps.flatMap(([key, map]) =>
    Object.keys(map === 'all' ? {} : map).flatMap((name) => {
      const path = nodeAt(tree, [key, name])?.kind === 'map' ? [key, name, 'from'] : [key, name];
      const node = nodeAt(tree, path);
      if (node?.kind !== 'scalar' || typeof node.value !== 'string') return [];
      return [{ path, sql: expression(node.value), isCondition: false }];
    }),
  );
}

/** The first names of the paths in an expression; none of one that cannot be read. */
export function fieldsOf(sql: string): readonly NameStep[] {
  try {
    return [...walk(parseExpression(sql))].flatMap(({ node }) => (node.kind === 'column' ? [node.path[0]] : []));
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    return [];
  }
}
