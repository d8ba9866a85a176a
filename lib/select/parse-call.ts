import { AGGREGATES, type AggregateName, type CastType, type Expression } from './ast.ts';
import type { ExpressionParser } from './parse-expression.ts';
import type { Tokens } from './tokens.ts';

const TYPES: Readonly<Record<string, CastType>> = {
  BOOL: 'BOOL',
  BOOLEAN: 'BOOL',
  INT: 'INT',
  INTEGER: 'INT',
  FLOAT: 'FLOAT',
  DOUBLE: 'FLOAT',
  REAL: 'FLOAT',
  DEC: 'DECIMAL',
  DECIMAL: 'DECIMAL',
  NUMERIC: 'DECIMAL',
  STRING: 'STRING',
  VARCHAR: 'STRING',
  CHAR: 'STRING',
  TIMESTAMP: 'TIMESTAMP',
};
const DATE_WORDS = ['YEAR', 'MONTH', 'DAY', 'HOUR', 'MINUTE', 'SECOND'];
const ZONE_WORDS = ['TIMEZONE_HOUR', 'TIMEZONE_MINUTE'];
const SIDES = ['LEADING', 'TRAILING', 'BOTH'];

/** The forms that are more than `NAME(expression, …)`; undefined when the word begins none of them. */
export function parseSpecial(parser: ExpressionParser, word: string, at: number): Expression | undefined {
  const { tokens } = parser;
  if (word === 'CASE') return parseCase(parser, at);
  const called = tokens.following.kind === 'symbol' && tokens.following.text === '(';
  if (!called) {
    if (word === 'CAST') {
      tokens.take();
      throw tokens.unexpected(
        '( behind CAST, or "CAST" in double quotes if it is a column',
        'ParseExpectedLeftParenAfterCast',
      );
    }
    return undefined;
  }
  const open = () => {
    tokens.take();
    tokens.take();
  };
  const close = () => tokens.expectSymbol(')', 'ParseExpectedRightParenBuiltinFunctionCall');
  switch (word) {
    case 'CAST': {
      open();
      const operand = parser.parse();
      tokens.expectWord('AS', 'ParseCastArity');
      const type = parseType(tokens);
      close();
      return { kind: 'cast', at, operand, type };
    }
    case 'EXTRACT': {
      open();
      const keyword = parseDatePart(tokens, [...DATE_WORDS, ...ZONE_WORDS]);
      tokens.expectWord('FROM');
      const args = [parser.parse()];
      close();
      return { kind: 'call', at, name: word, keyword, args };
    }
    case 'DATE_ADD':
    case 'DATE_DIFF': {
      open();
      const keyword = parseDatePart(tokens, DATE_WORDS);
      tokens.expectSymbol(',', 'ParseExpectedArgumentDelimiter');
      return { kind: 'call', at, name: word, keyword, args: parser.list(')') };
    }
    case 'SUBSTRING':
      open();
      return parseSubstring(parser, at);
    case 'TRIM':
      open();
      return parseTrim(parser, at);
    default:
      return (AGGREGATES as readonly string[]).includes(word)
        ? parseAggregate(parser, word as AggregateName, at)
        : undefined;
  }
}

function parseCase(parser: ExpressionParser, at: number): Expression {
  const { tokens } = parser;
  tokens.take();
  const operand = tokens.isWord('WHEN') ? undefined : parser.parse();
  const branches: { when: Expression; result: Expression }[] = [];
  while (tokens.takeWord('WHEN')) {
    const when = parser.parse();
    tokens.expectWord('THEN');
    branches.push({ when, result: parser.parse() });
  }
  if (branches.length === 0) throw tokens.unexpected('WHEN', 'ParseExpectedWhenClause');
  const otherwise = tokens.takeWord('ELSE') ? parser.parse() : undefined;
  tokens.expectWord('END');
  return {
    kind: 'case',
    at,
    branches,
    ...(operand === undefined ? {} : { operand }),
    ...(otherwise === undefined ? {} : { otherwise }),
  };
}

/** A length or precision in parentheses is read and means nothing: text and decimals have one size here. */
function parseType(tokens: Tokens): CastType {
  const token = tokens.current;
  const type = token.kind === 'word' ? TYPES[token.upper] : undefined;
  if (type === undefined) {
    throw tokens.unexpected('a type: BOOL, INT, FLOAT, DECIMAL, STRING or TIMESTAMP', 'ParseExpectedTypeName');
  }
  tokens.take();
  if (tokens.takeSymbol('(')) {
    do {
      if (tokens.current.kind !== 'number') throw tokens.unexpected('a number', 'ParseInvalidTypeParam');
      tokens.take();
    } while (tokens.takeSymbol(','));
    tokens.expectSymbol(')', 'ParseInvalidTypeParam');
  }
  return type;
}

function parseDatePart(tokens: Tokens, parts: readonly string[]): string {
  const token = tokens.current;
  if (token.kind !== 'word' || !parts.includes(token.upper)) {
    throw tokens.unexpected(`a date part: ${parts.join(', ').toLowerCase()}`, 'ParseExpectedDatePart');
  }
  tokens.take();
  return token.upper;
}

function parseSubstring(parser: ExpressionParser, at: number): Expression {
  const { tokens } = parser;
  if (tokens.isSymbol(')')) return { kind: 'call', at, name: 'SUBSTRING', args: parser.list(')') };
  const text = parser.parse();
  if (!tokens.takeWord('FROM')) {
    const rest = tokens.takeSymbol(',') ? parser.list(')') : [];
    if (rest.length === 0) tokens.expectSymbol(')', 'ParseExpectedArgumentDelimiter');
    return { kind: 'call', at, name: 'SUBSTRING', args: [text, ...rest] };
  }
  const args = [text, parser.parse()];
  if (tokens.takeWord('FOR')) args.push(parser.parse());
  tokens.expectSymbol(')', 'ParseExpectedRightParenBuiltinFunctionCall');
  return { kind: 'call', at, name: 'SUBSTRING', args };
}

/** `TRIM([[side] [characters] FROM] text)`: the text comes first among the arguments. */
function parseTrim(parser: ExpressionParser, at: number): Expression {
  const { tokens } = parser;
  const token = tokens.current;
  const side = token.kind === 'word' && SIDES.includes(token.upper) ? token.upper : undefined;
  if (side !== undefined) tokens.take();
  const keyword = side ?? 'BOTH';
  const args: Expression[] = [];
  if (side !== undefined && tokens.takeWord('FROM')) {
    args.push(parser.parse());
  } else if (!tokens.isSymbol(')')) {
    const first = parser.parse();
    if (tokens.takeWord('FROM')) args.push(parser.parse(), first);
    else if (side === undefined) args.push(first);
    else throw tokens.unexpected('FROM', 'ParseExpectedKeyword');
  }
  tokens.expectSymbol(')', 'ParseExpectedRightParenBuiltinFunctionCall');
  return { kind: 'call', at, name: 'TRIM', keyword, args };
}

function parseAggregate(parser: ExpressionParser, name: AggregateName, at: number): Expression {
  const { tokens } = parser;
  tokens.take();
  tokens.take();
  if (tokens.isSymbol('*')) {
    if (name !== 'COUNT') throw tokens.unexpected('an expression: only COUNT takes *', 'ParseUnsupportedCallWithStar');
    tokens.take();
    tokens.expectSymbol(')', 'ParseExpectedRightParenBuiltinFunctionCall');
    return { kind: 'aggregate', at, name };
  }
  if (tokens.isWord('DISTINCT')) {
    throw tokens.error(
      'UnsupportedSyntax',
      tokens.current.at,
      `${name}(DISTINCT …) is not part of the dialect, expected an expression`,
    );
  }
  tokens.takeWord('ALL');
  const args = parser.list(')');
  const operand = args[0];
  if (operand === undefined || args.length > 1) {
    throw tokens.error('ParseNonUnaryAgregateFunctionCall', at, `${name} has ${args.length} arguments, expected 1`);
  }
  return { kind: 'aggregate', at, name, operand };
}
