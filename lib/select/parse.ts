import { SluiceError } from '../failure/index.ts';
import { type Expression, type From, type Projection, type Select, type Step, walk } from './ast.ts';
import { ExpressionParser } from './parse-expression.ts';
import { RESERVED } from './reserved.ts';
import { Tokens } from './tokens.ts';

/** S3 Select's own limit on a query. */
export const MAX_QUERY_BYTES = 256 * 1024;
/** How deep operators may nest: well under what the stack holds, well over what anybody writes. */
const MAX_DEPTH = 1000;

/**
 * Reads a SELECT statement. Throws SluiceError of stage `select` with one of AWS's codes and `line:column: …, expected …`.
 * Names of functions and columns are not looked at here: see `analyse`.
 */
export function parseSelect(sql: string): Select {
  if (Buffer.byteLength(sql) > MAX_QUERY_BYTES) {
    throw new SluiceError('ExpressionTooLong', '1:1: the query is longer than 256 KB', {
      stage: 'select',
      fix: 'Shorten the query: a long list of values is better joined where the records go.',
    });
  }
  const tokens = new Tokens(sql);
  const expressions = new ExpressionParser(tokens);
  if (tokens.atEnd()) throw tokens.unexpected('SELECT', 'ParseEmptySelect');
  tokens.expectWord('SELECT', 'ParseUnsupportedSyntax');
  const projections = parseProjections(tokens, expressions);
  const from = parseFrom(tokens);
  const where = tokens.takeWord('WHERE') ? expressions.parse() : undefined;
  const limit = tokens.takeWord('LIMIT') ? parseLimit(tokens) : undefined;
  tokens.takeSymbol(';');
  if (!tokens.atEnd()) throw trailing(tokens, where !== undefined, limit !== undefined);
  const roots = [...(projections === '*' ? [] : projections.map((p) => p.expression)), ...(where ? [where] : [])];
  for (const root of roots) checkDepth(tokens, root);
  return {
    sql,
    projections,
    from,
    ...(where === undefined ? {} : { where }),
    ...(limit === undefined ? {} : { limit }),
  };
}

/** Reads an expression alone, as the `filter` of a sink's step. Same errors as `parseSelect`. */
export function parseExpression(sql: string): Expression {
  const tokens = new Tokens(sql);
  const expression = new ExpressionParser(tokens).parse();
  if (!tokens.atEnd()) throw tokens.unexpected('an operator or the end of the expression');
  checkDepth(tokens, expression);
  return expression;
}

function checkDepth(tokens: Tokens, root: Expression): void {
  for (const { node, depth } of walk(root)) {
    if (depth > MAX_DEPTH) {
      throw tokens.error('UnsupportedSqlStructure', node.at, `operators nest deeper than ${MAX_DEPTH}, expected fewer`);
    }
  }
}

function trailing(tokens: Tokens, where: boolean, limit: boolean): SluiceError {
  if (tokens.isWord('GROUP', 'ORDER', 'HAVING', 'JOIN', 'UNION', 'INNER', 'LEFT', 'RIGHT', 'CROSS', 'FULL')) {
    return tokens.error(
      'UnsupportedSqlStructure',
      tokens.current.at,
      `${tokens.current.text} is not part of the dialect, expected SELECT … FROM … WHERE … LIMIT`,
    );
  }
  if (tokens.isSymbol(',')) {
    const what = 'there is one S3Object to select from, expected WHERE, LIMIT or the end of the query';
    return tokens.error('MultipleDataSourcesUnsupported', tokens.current.at, what);
  }
  const next = limit ? [] : where ? ['LIMIT'] : ['WHERE', 'LIMIT'];
  return tokens.unexpected([...(next.length > 0 ? [next.join(', ')] : []), 'the end of the query'].join(' or '));
}

function parseProjections(tokens: Tokens, expressions: ExpressionParser): '*' | Projection[] {
  if (tokens.isWord('DISTINCT', 'ALL', 'VALUE')) {
    const { at, text } = tokens.current;
    throw tokens.error(
      'ParseUnsupportedSelect',
      at,
      `SELECT ${text} is not part of the dialect, expected columns or *`,
    );
  }
  const whole = takeStar(tokens);
  if (whole) {
    if (tokens.isSymbol(',')) {
      throw tokens.unexpected('FROM, since * stands alone', 'ParseAsteriskIsNotAloneInSelectList');
    }
    return '*';
  }
  const projections: Projection[] = [];
  do {
    if (takeStar(tokens))
      throw tokens.unexpected('an expression: * stands alone', 'ParseAsteriskIsNotAloneInSelectList');
    if (tokens.isWord('FROM') || tokens.atEnd()) {
      throw tokens.unexpected(
        'a column, an expression or *',
        projections.length === 0 ? 'ParseEmptySelect' : 'ParseExpectedExpression',
      );
    }
    const { at } = tokens.current;
    const expression = expressions.parse();
    const alias = parseAlias(tokens);
    projections.push(alias === undefined ? { at, expression } : { at, expression, alias: alias.name });
  } while (tokens.takeSymbol(','));
  return projections;
}

/** `*` or `alias.*`. Whether the name is the alias makes no difference: there is one source. */
function takeStar(tokens: Tokens): boolean {
  if (tokens.takeSymbol('*')) return true;
  const { current, following } = tokens;
  if ((current.kind !== 'word' && current.kind !== 'quoted') || following.kind !== 'symbol' || following.text !== '.') {
    return false;
  }
  const star = tokens.peek(2);
  if (star.kind !== 'symbol' || star.text !== '*') return false;
  for (let i = 0; i < 3; i++) tokens.take();
  return true;
}

function parseAlias(tokens: Tokens): { name: string; exact: boolean } | undefined {
  if (tokens.takeWord('AS')) return tokens.expectName('a name behind AS', 'ParseExpectedIdentForAlias');
  const { current } = tokens;
  if (current.kind !== 'quoted' && (current.kind !== 'word' || RESERVED.has(current.upper))) return undefined;
  return tokens.expectName('a name', 'ParseExpectedIdentForAlias');
}

function parseFrom(tokens: Tokens): From {
  if (!tokens.isWord('FROM')) throw tokens.unexpected('an operator, a comma or FROM', 'ParseSelectMissingFrom');
  tokens.take();
  const { current } = tokens;
  if (current.kind !== 'word' || current.upper !== 'S3OBJECT') {
    throw tokens.unexpected('S3Object', 'InvalidDataSource');
  }
  tokens.take();
  const path = parseFromPath(tokens);
  const alias = parseAlias(tokens);
  return { at: current.at, path, ...(alias === undefined ? {} : { alias: { name: alias.name, exact: alias.exact } }) };
}

function parseFromPath(tokens: Tokens): Step[] {
  const steps: Step[] = [];
  for (;;) {
    const { at } = tokens.current;
    if (tokens.takeSymbol('.')) {
      if (steps.length === 0) {
        throw tokens.error('InvalidKeyPath', at, 'a path begins with [*], expected S3Object[*]');
      }
      steps.push(tokens.takeSymbol('*') ? { kind: 'values', at } : nameStep(tokens));
    } else if (tokens.takeSymbol('[')) {
      const step = bracketStep(tokens, at);
      if (steps.length === 0 && step.kind !== 'each') {
        throw tokens.error('InvalidKeyPath', at, 'a path begins with [*], expected S3Object[*]');
      }
      steps.push(step);
    } else {
      return steps.slice(1);
    }
  }
}

function nameStep(tokens: Tokens): Step {
  return { kind: 'name', ...tokens.expectName('a name or *', 'ParseInvalidPathComponent') };
}

function bracketStep(tokens: Tokens, at: number): Step {
  const token = tokens.take();
  const step: Step | undefined =
    token.kind === 'symbol' && token.text === '*'
      ? { kind: 'each', at }
      : token.kind === 'number' && /^\d{1,9}$/.test(token.text)
        ? { kind: 'index', index: Number(token.text), at }
        : token.kind === 'string'
          ? { kind: 'name', name: token.text, exact: true, at }
          : undefined;
  if (step === undefined) {
    throw tokens.error(
      'ParseInvalidPathComponent',
      token.at,
      "this cannot stand between brackets, expected *, a place or 'name'",
    );
  }
  tokens.expectSymbol(']');
  return step;
}

function parseLimit(tokens: Tokens): number {
  const { at } = tokens.current;
  if (tokens.isSymbol('-'))
    throw tokens.error('EvaluatorNegativeLimit', at, 'LIMIT is negative, expected a whole number');
  const token = tokens.take();
  if (token.kind !== 'number' || !/^\d{1,15}$/.test(token.text)) {
    throw tokens.error('ParseExpectedNumber', at, 'LIMIT has no number, expected a whole number');
  }
  return Number(token.text);
}
