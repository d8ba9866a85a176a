/** What a statement of the schema took away or called otherwise. Everything else shows in the rows that follow. */
export type SchemaLoss =
  | { readonly kind: 'column-renamed'; readonly table: string; readonly from: string; readonly to: string }
  | { readonly kind: 'column-dropped'; readonly table: string; readonly column: string }
  | { readonly kind: 'table-renamed'; readonly from: string; readonly to: string }
  | { readonly kind: 'table-dropped'; readonly table: string };

const TOKEN =
  /\/\*[\s\S]*?\*\/|--[^\n]*|#[^\n]*|`(?:[^`]|``)*`|"(?:[^"]|"")*"|'(?:[^'\\]|\\.|'')*'|[\w$\u0080-\uffff]+|\S/g;

/** Reads MySQL's and MariaDB's ALTER, RENAME and DROP TABLE, as the schema-change topic has them. Never throws: what it does not understand takes nothing away. */
export function schemaLosses(ddl: string): readonly SchemaLoss[] {
  const tokens = (ddl.match(TOKEN) ?? []).filter((token) => !/^(?:\/\*|--|#)/.test(token));
  return new Statement(tokens).losses();
}

class Statement {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  losses(): SchemaLoss[] {
    if (this.#take('ALTER')) return this.#alter();
    if (this.#take('RENAME') && (this.#take('TABLE') || this.#take('TABLES'))) return this.#renameTables();
    if (this.#take('DROP')) return this.#dropTables();
    return [];
  }

  #alter(): SchemaLoss[] {
    while (this.#take('ONLINE') || this.#take('OFFLINE') || this.#take('IGNORE'));
    if (!this.#take('TABLE')) return [];
    this.#ifExists();
    const table = this.#name();
    const losses: SchemaLoss[] = [];
    for (;;) {
      const loss = this.#action(table);
      if (loss !== undefined) losses.push(loss);
      if (!this.#passComma()) return losses;
    }
  }

  #action(table: string): SchemaLoss | undefined {
    if (this.#take('CHANGE')) {
      this.#take('COLUMN');
      this.#ifExists();
      return renamed(table, this.#name(), this.#name());
    }
    if (this.#take('RENAME')) {
      if (this.#take('COLUMN')) {
        this.#ifExists();
        const from = this.#name();
        this.#take('TO');
        return renamed(table, from, this.#name());
      }
      if (this.#take('INDEX') || this.#take('KEY')) return undefined;
      if (!this.#take('TO')) this.#take('AS');
      return { kind: 'table-renamed', from: table, to: this.#name() };
    }
    if (!this.#take('DROP')) return undefined;
    const other = ['INDEX', 'KEY', 'PRIMARY', 'FOREIGN', 'CONSTRAINT', 'CHECK', 'PARTITION', 'SYSTEM', 'PERIOD'];
    if (other.some((word) => this.#take(word))) return undefined;
    this.#take('COLUMN');
    this.#ifExists();
    return { kind: 'column-dropped', table, column: this.#name() };
  }

  #renameTables(): SchemaLoss[] {
    this.#ifExists();
    const losses: SchemaLoss[] = [];
    do {
      const from = this.#name();
      if (!this.#take('TO')) return losses;
      losses.push({ kind: 'table-renamed', from, to: this.#name() });
    } while (this.#passComma());
    return losses;
  }

  #dropTables(): SchemaLoss[] {
    this.#take('TEMPORARY');
    if (!this.#take('TABLE') && !this.#take('TABLES')) return [];
    this.#ifExists();
    const losses: SchemaLoss[] = [];
    do losses.push({ kind: 'table-dropped', table: this.#name() });
    while (this.#passComma());
    return losses;
  }

  #ifExists(): void {
    if (this.#take('IF')) this.#take('EXISTS');
  }

  #take(word: string): boolean {
    if (this.#tokens[this.#at]?.toUpperCase() !== word) return false;
    this.#at++;
    return true;
  }

  /** A name without quotes; of `database.table`, the table. */
  #name(): string {
    let name = unquoted(this.#tokens[this.#at++] ?? '');
    while (this.#take('.')) name = unquoted(this.#tokens[this.#at++] ?? '');
    return name;
  }

  /** Goes behind the next comma that stands in no parentheses. */
  #passComma(): boolean {
    let depth = 0;
    for (; this.#at < this.#tokens.length; this.#at++) {
      const token = this.#tokens[this.#at];
      if (token === '(') depth++;
      else if (token === ')') depth--;
      else if (token === ',' && depth === 0) {
        this.#at++;
        return true;
      }
    }
    return false;
  }
}

/** CHANGE gives a column another type, too, and then keeps its name. */
function renamed(table: string, from: string, to: string): SchemaLoss | undefined {
  return from === to ? undefined : { kind: 'column-renamed', table, from, to };
}

function unquoted(token: string): string {
  const quote = token[0];
  if ((quote !== '`' && quote !== '"') || token.length < 2) return token;
  return token.slice(1, -1).replaceAll(quote + quote, quote);
}
