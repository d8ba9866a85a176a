import { queryError } from './query-error.ts';

/** `at` is where a token begins in the query, `end` where it is over, in UTF-16 units. */
export type Token =
  | { readonly kind: 'word'; readonly text: string; readonly upper: string; readonly at: number; readonly end: number }
  /** `"name"`: a name whose case matters and that may be a reserved word. */
  | { readonly kind: 'quoted'; readonly text: string; readonly at: number; readonly end: number }
  | { readonly kind: 'string'; readonly text: string; readonly at: number; readonly end: number }
  | { readonly kind: 'number'; readonly text: string; readonly at: number; readonly end: number }
  /** What stands between back-ticks: an Ion literal. */
  | { readonly kind: 'ion'; readonly text: string; readonly at: number; readonly end: number }
  | { readonly kind: 'symbol'; readonly text: string; readonly at: number; readonly end: number }
  | { readonly kind: 'end'; readonly text: ''; readonly at: number; readonly end: number };

const SPACE = /[ \t\r\n\f\v\u00a0\ufeff]+|--[^\n]*/y;
const WORD = /[\p{L}_$][\p{L}\p{N}_$]*/uy;
const NUMBER = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const SYMBOL = /<>|<=|>=|!=|\|\||[-+*/%<>=(),.[\]{}:;]/y;
const QUOTES: Readonly<Record<string, 'quoted' | 'string' | 'ion'>> = { '"': 'quoted', "'": 'string', '`': 'ion' };
const QUOTE_NAMES = { quoted: 'a quoted name', string: 'a string', ion: 'a back-tick literal' } as const;

function match(pattern: RegExp, sql: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(sql)?.[0];
}

/** Splits a query into tokens; the last is always `end`. Throws `LexerInvalidChar`, `LexerInvalidLiteral`. */
export function lex(sql: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < sql.length) {
    const space = match(SPACE, sql, at);
    if (space !== undefined) {
      at += space.length;
      continue;
    }
    if (sql.startsWith('/*', at)) {
      const close = sql.indexOf('*/', at + 2);
      if (close < 0) throw queryError('LexerInvalidChar', sql, at, 'this comment does not end, expected */');
      at = close + 2;
      continue;
    }
    const token = tokenAt(sql, at);
    tokens.push(token);
    at = token.end;
  }
  tokens.push({ kind: 'end', text: '', at: sql.length, end: sql.length });
  return tokens;
}

function tokenAt(sql: string, at: number): Token {
  const quote = sql[at]!;
  const quoted = QUOTES[quote];
  if (quoted !== undefined) return quotedAt(sql, at, quote, quoted);
  const word = match(WORD, sql, at);
  if (word !== undefined) return { kind: 'word', text: word, upper: word.toUpperCase(), at, end: at + word.length };
  const number = match(NUMBER, sql, at);
  if (number !== undefined) {
    const end = at + number.length;
    const glued = match(WORD, sql, end);
    if (glued !== undefined) {
      throw queryError('LexerInvalidLiteral', sql, at, `${clip(number + glued)} is neither a number nor a name`);
    }
    return { kind: 'number', text: number, at, end };
  }
  const symbol = match(SYMBOL, sql, at);
  if (symbol !== undefined) return { kind: 'symbol', text: symbol, at, end: at + symbol.length };
  const character = String.fromCodePoint(sql.codePointAt(at)!);
  throw queryError('LexerInvalidChar', sql, at, `the character ${JSON.stringify(character)} has no meaning here`);
}

/** A quote is written inside by doubling it; back-ticks cannot stand in an Ion literal. */
function quotedAt(sql: string, at: number, quote: string, kind: 'quoted' | 'string' | 'ion'): Token {
  let text = '';
  let from = at + 1;
  for (;;) {
    const close = sql.indexOf(quote, from);
    if (close < 0) {
      throw queryError('LexerInvalidLiteral', sql, at, `${QUOTE_NAMES[kind]} does not end, expected ${quote}`);
    }
    text += sql.slice(from, close);
    if (kind === 'ion' || sql[close + 1] !== quote) return { kind, text, at, end: close + 1 };
    text += quote;
    from = close + 2;
  }
}

/** A token as an error shows it. */
export function describe(token: Token): string {
  switch (token.kind) {
    case 'end':
      return 'the end of the query';
    case 'quoted':
      return `"${clip(token.text)}"`;
    case 'string':
      return `'${clip(token.text)}'`;
    case 'ion':
      return `\`${clip(token.text)}\``;
    default:
      return clip(token.text);
  }
}

const clip = (text: string) => (text.length > 40 ? `${text.slice(0, 40)}…` : text);
