import type { SluiceError } from '../failure/index.ts';
import { describe, lex, type Token } from './lex.ts';
import { queryError } from './query-error.ts';
import { RESERVED } from './reserved.ts';

/** The tokens of one query and a place among them. */
export class Tokens {
  readonly sql: string;
  private readonly tokens: readonly Token[];
  private index = 0;

  constructor(sql: string) {
    this.sql = sql;
    this.tokens = lex(sql);
  }

  get current(): Token {
    return this.tokens[this.index]!;
  }

  atEnd(): boolean {
    return this.tokens[this.index]!.kind === 'end';
  }

  get following(): Token {
    return this.peek(1);
  }

  peek(ahead: number): Token {
    return this.tokens[Math.min(this.index + ahead, this.tokens.length - 1)]!;
  }

  take(): Token {
    const token = this.current;
    if (token.kind !== 'end') this.index++;
    return token;
  }

  isWord(...words: readonly string[]): boolean {
    const token = this.current;
    return token.kind === 'word' && words.includes(token.upper);
  }

  isSymbol(symbol: string): boolean {
    return this.current.kind === 'symbol' && this.current.text === symbol;
  }

  /** Takes the word or symbol if it is next. */
  takeWord(word: string): boolean {
    if (!this.isWord(word)) return false;
    this.index++;
    return true;
  }

  takeSymbol(symbol: string): boolean {
    if (!this.isSymbol(symbol)) return false;
    this.index++;
    return true;
  }

  expectWord(word: string, code = 'ParseExpectedKeyword'): Token {
    if (!this.isWord(word)) throw this.unexpected(word, code);
    return this.take();
  }

  expectSymbol(symbol: string, code = 'ParseExpectedTokenType'): Token {
    if (!this.isSymbol(symbol)) throw this.unexpected(symbol, code);
    return this.take();
  }

  /** A name that is not a reserved word, or a quoted one. */
  expectName(expected: string, code: string): { name: string; exact: boolean; at: number } {
    const token = this.current;
    if (token.kind === 'quoted') {
      this.index++;
      return { name: token.text, exact: true, at: token.at };
    }
    if (token.kind !== 'word') throw this.unexpected(expected, code);
    if (RESERVED.has(token.upper)) throw this.reserved(expected);
    this.index++;
    return { name: token.text, exact: false, at: token.at };
  }

  /** The current token is not what the grammar wants here. */
  unexpected(expected: string, code = 'ParseUnexpectedToken'): SluiceError {
    return this.error(code, this.current.at, `unexpected ${describe(this.current)}, expected ${expected}`);
  }

  reserved(expected: string): SluiceError {
    const { text, at } = this.current;
    const what = `${text} is a reserved word, expected ${expected}`;
    return queryError(
      'ParseUnexpectedKeyword',
      this.sql,
      at,
      what,
      `Write "${text}" in double quotes if it is a column.`,
    );
  }

  error(code: string, at: number, what: string, fix?: string): SluiceError {
    return queryError(code, this.sql, at, what, fix);
  }
}
