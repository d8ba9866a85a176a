import { syntaxError } from './answer.ts';

export interface Token {
  readonly kind: 'word' | 'name' | 'text' | 'number' | 'symbol' | 'end';
  /** A word in lower case; a name or a text without its quotes. */
  readonly text: string;
  readonly from: number;
}

const PATTERN =
  /\s*(?:(?<name>`[^`]*`)|(?<text>'(?:[^'\\]|\\[\s\S]|'')*'|"(?:[^"\\]|\\[\s\S]|"")*")|(?<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)|(?<word>[a-z_][a-z0-9_]*)|(?<symbol><=|>=|<>|!=|[^\s]))/iy;

/** Reads a statement token by token, as the server does: what is not in quotes is in lower case first. */
export class Scanner {
  private readonly sql: string;
  private at = 0;
  private ahead: Token | undefined;

  constructor(sql: string) {
    this.sql = sql;
  }

  peek(): Token {
    this.ahead ??= this.read();
    return this.ahead;
  }

  next(): Token {
    const token = this.peek();
    this.ahead = undefined;
    return token;
  }

  /** The word or symbol, if it comes next. */
  take(text: string): boolean {
    const token = this.peek();
    if ((token.kind !== 'word' && token.kind !== 'symbol') || token.text !== text) return false;
    this.next();
    return true;
  }

  /** Several words in their order, or none. */
  takeAll(...words: readonly string[]): boolean {
    const { at, ahead } = this;
    if (words.every((word) => this.take(word))) return true;
    this.at = at;
    this.ahead = ahead;
    return false;
  }

  expect(text: string): void {
    if (!this.take(text)) throw this.error(this.peek());
  }

  /** A name, in back-ticks or not. */
  name(why = 'invalid data or symbol'): string {
    const token = this.next();
    if (token.kind !== 'word' && token.kind !== 'name') throw this.error(token, why);
    return token.text;
  }

  /** `db`.`table` or `table`. */
  path(why?: string): { database?: string; table: string } {
    const first = this.name(why);
    if (!this.take('.')) return { table: first };
    return { database: first, table: this.name(why) };
  }

  /** `(a, b, …)`. */
  list<T>(item: () => T): T[] {
    this.expect('(');
    const items = [item()];
    while (this.take(',')) items.push(item());
    this.expect(')');
    return items;
  }

  integer(): number {
    const token = this.next();
    if (token.kind !== 'number') throw this.error(token);
    return Number(token.text);
  }

  error(token: Token, why = 'invalid data or symbol') {
    return syntaxError(token.kind === 'text' ? token.text : lowered(this.sql.slice(token.from)), why);
  }

  private read(): Token {
    PATTERN.lastIndex = this.at;
    const match = PATTERN.exec(this.sql);
    if (match === null) return { kind: 'end', text: '', from: this.sql.length };
    this.at = PATTERN.lastIndex;
    const { name, text, number, word, symbol } = match.groups as Readonly<Record<string, string | undefined>>;
    const whole = name ?? text ?? number ?? word ?? symbol ?? '';
    const from = this.at - whole.length;
    if (name !== undefined) return { kind: 'name', text: name.slice(1, -1), from };
    if (text !== undefined) return { kind: 'text', text: unquoted(text), from };
    if (number !== undefined) return { kind: 'number', text: number.toLowerCase(), from };
    if (word !== undefined) return { kind: 'word', text: word.toLowerCase(), from };
    return { kind: 'symbol', text: whole, from };
  }
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

function unquoted(text: string): string {
  const quote = text[0]!;
  return text.slice(1, -1).replace(/\\([\s\S])|(['"])\2/g, (whole, escaped?: string, doubled?: string) => {
    if (escaped !== undefined) return ESCAPES[escaped] ?? escaped;
    return doubled === quote ? quote : whole;
  });
}

/** Only the statement's start can be shown, so only it is lowered. */
function lowered(sql: string): string {
  return sql
    .slice(0, 200)
    .replace(/'[^']*'?|"[^"]*"?|`[^`]*`?|[^'"`]+/g, (part) => (/^['"`]/.test(part) ? part : part.toLowerCase()));
}
