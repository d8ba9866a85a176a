/** One column's values in a run of rows, as they came: a piece for each page or so. Rows are asked for in order. */
export class ColumnValues {
  private readonly pieces: { readonly values: ArrayLike<unknown>; readonly start: number }[] = [];
  private current = 0;

  add(values: ArrayLike<unknown>, start: number): void {
    this.pieces.push({ values, start });
  }

  /** The value of a row. Throws RangeError for one that no piece has. */
  at(row: number): unknown {
    for (; this.current < this.pieces.length; this.current++) {
      const { values, start } = this.pieces[this.current]!;
      if (row >= start && row - start < values.length) return values[row - start];
    }
    throw new RangeError(`a column ends before row ${row}`);
  }
}
