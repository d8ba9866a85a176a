/** Gives the same array for the same names as the last time, so that rows of one shape share it. */
export class SameNames {
  #last: readonly string[] = [];

  of(names: readonly string[]): readonly string[] {
    const last = this.#last;
    if (names.length !== last.length || names.some((name, i) => name !== last[i])) this.#last = names;
    return this.#last;
  }
}
