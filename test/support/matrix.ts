/**
 * Matrices of what the tests must cover. A test fills a cell by its name: `[auth: scram-sha-512 × bad] is refused …` fills
 * row scram-sha-512, column bad of the matrix auth. Which cells there must be is declared in matrix.json.
 */

export interface MatrixDeclaration {
  readonly name: string;
  readonly title: string;
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** Cells that make no sense, as [row, column]. */
  readonly except?: readonly (readonly [row: string, column: string])[];
}

export interface TestOutcome {
  readonly fullName: string;
  /** The jest project that it belongs to. */
  readonly project: string;
  readonly status: 'passed' | 'failed' | 'skipped';
}

/** The worst that happened in a cell counts. */
export type Cell = 'passed' | 'failed' | 'skipped' | 'empty' | 'none';

export interface Matrix {
  readonly declaration: MatrixDeclaration;
  /** By row, then by column, as declared. */
  readonly cells: readonly (readonly Cell[])[];
}

interface Mark {
  readonly matrix: string;
  readonly row: string;
  readonly column: string;
}

export function marksIn(fullName: string): Mark[] {
  return [...fullName.matchAll(/\[([^[\]:]+): ([^[\]×]+) × ([^[\]]+)\]/g)].map(([, matrix, row, column]) => ({
    matrix: matrix!.trim(),
    row: row!.trim(),
    column: column!.trim(),
  }));
}

export function fill(declarations: readonly MatrixDeclaration[], outcomes: readonly TestOutcome[]): readonly Matrix[] {
  const found = new Map<string, TestOutcome['status'][]>();
  for (const { fullName, status } of outcomes) {
    for (const { matrix, row, column } of marksIn(fullName)) {
      const place = placeOf(matrix, row, column);
      found.set(place, [...(found.get(place) ?? []), status]);
    }
  }
  return declarations.map((declaration) => ({
    declaration,
    cells: declaration.rows.map((row) =>
      declaration.columns.map((column) => {
        const excepted = declaration.except?.some(([r, c]) => r === row && c === column) ?? false;
        return excepted ? 'none' : worst(found.get(placeOf(declaration.name, row, column)) ?? []);
      }),
    ),
  }));
}

/** Marks that name a cell that is not declared: most likely a typing error that leaves the right cell empty. */
export function strays(
  declarations: readonly MatrixDeclaration[],
  outcomes: readonly TestOutcome[],
): readonly string[] {
  const declared = new Set(
    declarations.flatMap(({ name, rows, columns }) =>
      rows.flatMap((row) => columns.map((column) => placeOf(name, row, column))),
    ),
  );
  const marks = outcomes.flatMap(({ fullName }) => marksIn(fullName));
  return [...new Set(marks.map(({ matrix, row, column }) => placeOf(matrix, row, column)))].filter(
    (place) => !declared.has(place),
  );
}

export function emptyCells(matrices: readonly Matrix[]): readonly string[] {
  return matrices.flatMap(({ declaration: { name, rows, columns }, cells }) =>
    rows.flatMap((row, r) =>
      columns.filter((_, c) => cells[r]![c] === 'empty').map((column) => placeOf(name, row, column)),
    ),
  );
}

const SIGN: Readonly<Record<Cell, string>> = {
  passed: 'ok',
  failed: 'FAILED',
  skipped: 'skipped',
  empty: 'EMPTY',
  none: '-',
};

export function render({ declaration, cells }: Matrix): string {
  const table = [
    [declaration.title, ...declaration.columns],
    ...declaration.rows.map((row, r) => [row, ...cells[r]!.map((cell) => SIGN[cell])]),
  ];
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  return table
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function worst(statuses: readonly TestOutcome['status'][]): Cell {
  return (['failed', 'skipped', 'passed'] as const).find((status) => statuses.includes(status)) ?? 'empty';
}

const placeOf = (matrix: string, row: string, column: string): string => `[${matrix}: ${row} × ${column}]`;
