import type { List, Value } from './values/value.ts';

/** Where a node begins in the query, in UTF-16 units; `query-error.ts` makes line and column of it. */
interface Node {
  readonly at: number;
}

/** A step of a path: `.name` (`exact`: double-quoted, so case matters), `[3]`, `[*]`, `.*`. */
export type Step =
  | { readonly kind: 'name'; readonly name: string; readonly exact: boolean; readonly at: number }
  | { readonly kind: 'index'; readonly index: number; readonly at: number }
  | { readonly kind: 'each'; readonly at: number }
  | { readonly kind: 'values'; readonly at: number };

export type NameStep = Extract<Step, { kind: 'name' }>;
export type ColumnStep = Extract<Step, { kind: 'name' | 'index' }>;

export type CompareOperator = '=' | '<>' | '<' | '<=' | '>' | '>=';
export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%';
export const CAST_TYPES = ['BOOL', 'INT', 'FLOAT', 'DECIMAL', 'STRING', 'TIMESTAMP'] as const;
export type CastType = (typeof CAST_TYPES)[number];
export const AGGREGATES = ['AVG', 'COUNT', 'MAX', 'MIN', 'SUM'] as const;
export type AggregateName = (typeof AGGREGATES)[number];

export interface LiteralNode extends Node {
  readonly kind: 'literal';
  readonly value: Exclude<Value, List>;
}
export interface ListNode extends Node {
  readonly kind: 'list';
  readonly items: readonly Expression[];
}
/** A path as written: whether its first name is the alias or a column is decided by analysis. */
export interface ColumnNode extends Node {
  readonly kind: 'column';
  readonly path: readonly [NameStep, ...ColumnStep[]];
}
/** AND and OR hold all operands of a chain, so that a thousand conjuncts do not nest. */
export interface LogicalNode extends Node {
  readonly kind: 'and' | 'or';
  readonly operands: readonly Expression[];
}
export interface NotNode extends Node {
  readonly kind: 'not';
  readonly operand: Expression;
}
export interface NegateNode extends Node {
  readonly kind: 'negate';
  readonly operand: Expression;
}
export interface CompareNode extends Node {
  readonly kind: 'compare';
  readonly operator: CompareOperator;
  readonly left: Expression;
  readonly right: Expression;
}
export interface ArithmeticNode extends Node {
  readonly kind: 'arithmetic';
  readonly operator: ArithmeticOperator;
  readonly left: Expression;
  readonly right: Expression;
}
export interface ConcatNode extends Node {
  readonly kind: 'concat';
  readonly left: Expression;
  readonly right: Expression;
}
export interface IsNode extends Node {
  readonly kind: 'is';
  readonly what: 'null' | 'missing';
  readonly negated: boolean;
  readonly operand: Expression;
}
export interface BetweenNode extends Node {
  readonly kind: 'between';
  readonly negated: boolean;
  readonly operand: Expression;
  readonly low: Expression;
  readonly high: Expression;
}
export interface InNode extends Node {
  readonly kind: 'in';
  readonly negated: boolean;
  readonly operand: Expression;
  /** The listed expressions, or one expression whose value is a list. */
  readonly list: readonly Expression[] | Expression;
}
export interface LikeNode extends Node {
  readonly kind: 'like';
  readonly negated: boolean;
  readonly operand: Expression;
  readonly pattern: Expression;
  readonly escape?: Expression;
}
/** `CASE operand WHEN value …` or, without operand, `CASE WHEN condition …`. */
export interface CaseNode extends Node {
  readonly kind: 'case';
  readonly operand?: Expression;
  readonly branches: readonly { readonly when: Expression; readonly result: Expression }[];
  readonly otherwise?: Expression;
}
export interface CastNode extends Node {
  readonly kind: 'cast';
  readonly operand: Expression;
  readonly type: CastType;
}
/** `keyword` is a word that is no expression: the date part of DATE_ADD, the side of TRIM. In upper case. */
export interface CallNode extends Node {
  readonly kind: 'call';
  readonly name: string;
  readonly keyword?: string;
  readonly args: readonly Expression[];
}
export interface AggregateNode extends Node {
  readonly kind: 'aggregate';
  readonly name: AggregateName;
  /** Undefined: COUNT(*). */
  readonly operand?: Expression;
}

export type Expression =
  | LiteralNode
  | ListNode
  | ColumnNode
  | LogicalNode
  | NotNode
  | NegateNode
  | CompareNode
  | ArithmeticNode
  | ConcatNode
  | IsNode
  | BetweenNode
  | InNode
  | LikeNode
  | CaseNode
  | CastNode
  | CallNode
  | AggregateNode;

export interface Projection extends Node {
  readonly expression: Expression;
  readonly alias?: string;
}

export interface From extends Node {
  /** Behind `S3Object`; without a leading `[*]`. */
  readonly path: readonly Step[];
  readonly alias?: { readonly name: string; readonly exact: boolean };
}

export interface Select {
  readonly sql: string;
  /** `'*'` for `SELECT *` and `SELECT alias.*`. */
  readonly projections: '*' | readonly Projection[];
  readonly from: From;
  readonly where?: Expression;
  readonly limit?: number;
}

/** The expressions directly below one, in the order of the query. */
export function children(node: Expression): readonly Expression[] {
  switch (node.kind) {
    case 'literal':
    case 'column':
      return [];
    case 'list':
      return node.items;
    case 'and':
    case 'or':
      return node.operands;
    case 'not':
    case 'negate':
    case 'is':
    case 'cast':
      return [node.operand];
    case 'compare':
    case 'arithmetic':
    case 'concat':
      return [node.left, node.right];
    case 'between':
      return [node.operand, node.low, node.high];
    case 'in':
      return 'kind' in node.list ? [node.operand, node.list] : [node.operand, ...node.list];
    case 'like':
      return node.escape === undefined ? [node.operand, node.pattern] : [node.operand, node.pattern, node.escape];
    case 'case':
      return [
        ...(node.operand === undefined ? [] : [node.operand]),
        ...node.branches.flatMap((branch) => [branch.when, branch.result]),
        ...(node.otherwise === undefined ? [] : [node.otherwise]),
      ];
    case 'call':
      return node.args;
    case 'aggregate':
      return node.operand === undefined ? [] : [node.operand];
  }
}

/** Every node below and including one, without recursion: a chain of `+` may be long. */
export function* walk(root: Expression): Generator<{ readonly node: Expression; readonly depth: number }> {
  const stack = [{ node: root, depth: 1 }];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    yield top;
    for (const child of children(top.node)) stack.push({ node: child, depth: top.depth + 1 });
  }
}
