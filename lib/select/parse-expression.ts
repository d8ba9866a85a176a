import type { ArithmeticOperator, ColumnNode, ColumnStep, CompareOperator, Expression, NameStep } from './ast.ts';
import { parseSpecial } from './parse-call.ts';
import { ionLiteral, numberLiteral } from './parse-literal.ts';
import { RESERVED } from './reserved.ts';
import type { Tokens } from './tokens.ts';
import { MISSING } from './values/missing.ts';

/** Parentheses, CASE, calls and prefix operators within one another. Each costs a few stack frames. */
const MAX_NESTING = 500;

/**
 * How tightly an operator binds, after the precedence table of the S3 Select reference: IN, BETWEEN, LIKE, `<`, `=` each
 * have a level of their own. `||` stands between arithmetic and IN, IS between `=` and NOT, as in SQL.
 */
const Binding = {
  OR: 1,
  AND: 2,
  NOT: 3,
  IS: 4,
  EQUAL: 5,
  LESS: 6,
  LIKE: 7,
  BETWEEN: 8,
  IN: 9,
  CONCAT: 10,
  SUM: 11,
  PRODUCT: 12,
  SIGN: 13,
} as const;

const COMPARE: Readonly<Record<string, CompareOperator>> = {
  '=': '=',
  '<>': '<>',
  '!=': '<>',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
};
const SYMBOL_BINDING: Readonly<Record<string, number>> = {
  '=': Binding.EQUAL,
  '<>': Binding.EQUAL,
  '!=': Binding.EQUAL,
  '<': Binding.LESS,
  '<=': Binding.LESS,
  '>': Binding.LESS,
  '>=': Binding.LESS,
  '||': Binding.CONCAT,
  '+': Binding.SUM,
  '-': Binding.SUM,
  '*': Binding.PRODUCT,
  '/': Binding.PRODUCT,
  '%': Binding.PRODUCT,
};
const WORD_BINDING: Readonly<Record<string, number>> = {
  OR: Binding.OR,
  AND: Binding.AND,
  IS: Binding.IS,
  LIKE: Binding.LIKE,
  BETWEEN: Binding.BETWEEN,
  IN: Binding.IN,
};

/** Operator-precedence parser. `parse` reads the longest expression from the current token on. */
export class ExpressionParser {
  readonly tokens: Tokens;
  private nesting = 0;

  constructor(tokens: Tokens) {
    this.tokens = tokens;
  }

  parse(loosest: number = Binding.OR): Expression {
    if (++this.nesting > MAX_NESTING) {
      const what = `the query nests deeper than ${MAX_NESTING}, expected fewer parentheses`;
      throw this.tokens.error('UnsupportedSqlStructure', this.tokens.current.at, what);
    }
    let left = this.prefix();
    for (;;) {
      const binding = this.binding();
      if (binding < loosest) break;
      left = this.infix(left, binding);
    }
    this.nesting--;
    return left;
  }

  /** Expressions up to a closing parenthesis or bracket, which is taken. */
  list(close: ')' | ']'): Expression[] {
    const items: Expression[] = [];
    if (this.tokens.takeSymbol(close)) return items;
    do items.push(this.parse());
    while (this.tokens.takeSymbol(','));
    this.tokens.expectSymbol(close, 'ParseExpectedTokenType');
    return items;
  }

  private binding(): number {
    const { current, following } = this.tokens;
    if (current.kind === 'symbol') return SYMBOL_BINDING[current.text] ?? 0;
    if (current.kind !== 'word') return 0;
    const negated = current.upper === 'NOT' && following.kind === 'word';
    if (!negated) return WORD_BINDING[current.upper] ?? 0;
    return following.upper === 'AND' || following.upper === 'OR' || following.upper === 'IS'
      ? 0
      : (WORD_BINDING[following.upper] ?? 0);
  }

  private infix(left: Expression, binding: number): Expression {
    const { tokens } = this;
    const { at } = left;
    const negated = tokens.takeWord('NOT');
    const operator = tokens.take();
    if (operator.kind === 'symbol') {
      const compare = COMPARE[operator.text];
      // `=` binds to the right, everything else to the left.
      const right = this.parse(binding === Binding.EQUAL ? binding : binding + 1);
      if (compare !== undefined) return { kind: 'compare', at, operator: compare, left, right };
      if (operator.text === '||') return { kind: 'concat', at, left, right };
      return { kind: 'arithmetic', at, operator: operator.text as ArithmeticOperator, left, right };
    }
    switch (operator.kind === 'word' ? operator.upper : '') {
      case 'AND':
      case 'OR':
        return this.logical(left, binding === Binding.AND ? 'and' : 'or', binding);
      case 'IS':
        return this.is(left);
      case 'IN':
        return this.in(left, negated);
      case 'LIKE':
        return this.like(left, negated);
      default:
        return this.between(left, negated);
    }
  }

  private logical(left: Expression, kind: 'and' | 'or', binding: number): Expression {
    const operands = left.kind === kind && !this.parenthesised.has(left) ? [...left.operands] : [left];
    do operands.push(this.parse(binding + 1));
    while (this.tokens.takeWord(kind === 'and' ? 'AND' : 'OR'));
    return { kind, at: left.at, operands };
  }

  private is(operand: Expression): Expression {
    const { tokens } = this;
    const negated = tokens.takeWord('NOT');
    const what = tokens.isWord('NULL') ? 'null' : tokens.isWord('MISSING') ? 'missing' : undefined;
    if (what === undefined)
      throw tokens.unexpected(negated ? 'NULL or MISSING' : 'NULL, MISSING or NOT', 'ParseExpectedKeyword');
    tokens.take();
    return { kind: 'is', at: operand.at, what, negated, operand };
  }

  private in(operand: Expression, negated: boolean): Expression {
    const { tokens } = this;
    const { at } = operand;
    if (!tokens.takeSymbol('(')) return { kind: 'in', at, negated, operand, list: this.parse(Binding.IN + 1) };
    const open = tokens.current;
    const list = this.list(')');
    if (list.length === 0)
      throw tokens.error('ParseExpectedExpression', open.at, 'IN has no values, expected at least one');
    return { kind: 'in', at, negated, operand, list };
  }

  private like(operand: Expression, negated: boolean): Expression {
    const pattern = this.parse(Binding.LIKE + 1);
    const node = { kind: 'like', at: operand.at, negated, operand, pattern } as const;
    return this.tokens.takeWord('ESCAPE') ? { ...node, escape: this.parse(Binding.LIKE + 1) } : node;
  }

  private between(operand: Expression, negated: boolean): Expression {
    const low = this.parse(Binding.BETWEEN + 1);
    this.tokens.expectWord('AND');
    const high = this.parse(Binding.BETWEEN + 1);
    return { kind: 'between', at: operand.at, negated, operand, low, high };
  }

  private prefix(): Expression {
    const { tokens } = this;
    const token = tokens.current;
    const { at } = token;
    switch (token.kind) {
      case 'number':
        tokens.take();
        return { kind: 'literal', at, value: numberLiteral(tokens, token.text, at) };
      case 'string':
        tokens.take();
        return { kind: 'literal', at, value: token.text };
      case 'ion':
        tokens.take();
        return { kind: 'literal', at, value: ionLiteral(tokens, token.text, at) };
      case 'quoted':
        return this.column();
      case 'symbol':
        return this.prefixSymbol(token.text, at);
      case 'word':
        return this.word(token.upper, at);
      default:
        throw tokens.unexpected('an expression', 'ParseExpectedExpression');
    }
  }

  /** Parenthesised operands keep their own node, so that an error points into the right chain. */
  private readonly parenthesised = new WeakSet<Expression>();

  private prefixSymbol(symbol: string, at: number): Expression {
    const { tokens } = this;
    if (symbol === '(') {
      tokens.take();
      const inner = this.parse();
      tokens.expectSymbol(')');
      this.parenthesised.add(inner);
      return inner;
    }
    if (symbol === '[') {
      tokens.take();
      return { kind: 'list', at, items: this.list(']') };
    }
    if (symbol !== '-' && symbol !== '+') throw tokens.unexpected('an expression', 'ParseExpectedExpression');
    tokens.take();
    const number = tokens.current;
    if (number.kind === 'number') {
      tokens.take();
      return { kind: 'literal', at, value: numberLiteral(tokens, symbol + number.text, at) };
    }
    const operand = this.parse(Binding.SIGN);
    return symbol === '-' ? { kind: 'negate', at, operand } : operand;
  }

  private word(upper: string, at: number): Expression {
    const { tokens } = this;
    switch (upper) {
      case 'NULL':
      case 'TRUE':
      case 'FALSE':
        tokens.take();
        return { kind: 'literal', at, value: upper === 'NULL' ? null : upper === 'TRUE' };
      case 'MISSING':
        tokens.take();
        return { kind: 'literal', at, value: MISSING };
      case 'NOT':
        tokens.take();
        return { kind: 'not', at, operand: this.parse(Binding.NOT) };
    }
    const special = parseSpecial(this, upper, at);
    if (special !== undefined) return special;
    const { following } = tokens;
    if (following.kind === 'symbol' && following.text === '(') {
      tokens.take();
      tokens.take();
      return { kind: 'call', at, name: upper, args: this.list(')') };
    }
    if (RESERVED.has(upper)) throw tokens.reserved('an expression');
    return this.column();
  }

  private column(): ColumnNode {
    const { tokens } = this;
    const first = tokens.expectName('a column', 'ParseExpectedExpression');
    const path: [NameStep, ...ColumnStep[]] = [{ kind: 'name', ...first }];
    for (;;) {
      const { at } = tokens.current;
      if (tokens.takeSymbol('.'))
        path.push({ kind: 'name', ...tokens.expectName('a name', 'ParseInvalidPathComponent') });
      else if (tokens.takeSymbol('[')) {
        const token = tokens.take();
        if (token.kind === 'string') path.push({ kind: 'name', name: token.text, exact: true, at });
        else if (token.kind === 'number' && /^\d{1,9}$/.test(token.text))
          path.push({ kind: 'index', index: Number(token.text), at });
        else {
          const what = "this cannot stand between brackets, expected a place or 'name'";
          throw tokens.error('ParseInvalidPathComponent', token.at, what);
        }
        tokens.expectSymbol(']');
      } else return { kind: 'column', at: first.at, path };
    }
  }
}
