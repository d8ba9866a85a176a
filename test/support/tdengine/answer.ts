/** What the stand-in answers: an error as the server words it, or rows. */
export class Refusal extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

export type Cell = string | number | bigint | boolean | null;

export interface Answer {
  readonly columns: readonly (readonly [name: string, type: string, length: number])[];
  readonly rows: readonly (readonly Cell[])[];
}

export function affected(rows: number): Answer {
  return { columns: [['affected_rows', 'INT', 4]], rows: [[rows]] };
}

/** The server cuts what it quotes of a statement. */
const NEAR = 63;

export function syntaxError(near: string, why: string): Refusal {
  return new Refusal(534, `syntax error near '${near.slice(0, NEAR)}' (${why})`);
}

export const tableMissing = () => new Refusal(9731, 'Table does not exist');
export const invalidColumn = (name: string) => new Refusal(9730, `Invalid column name: ${name}`);

/** By hand, because JSON.stringify takes no bigint and the server writes them as numbers. */
export function bodyOf({ columns, rows }: Answer): string {
  const cells = rows.map((row) => `[${row.map(cellText).join(',')}]`).join(',');
  return `{"code":0,"column_meta":${JSON.stringify(columns)},"data":[${cells}],"rows":${rows.length}}`;
}

const cellText = (cell: Cell) => (typeof cell === 'bigint' ? String(cell) : JSON.stringify(cell));
