import { MISSING } from '../select/values/missing.ts';
import { RecordError } from '../select/values/record-error.ts';
import type { Value } from '../select/values/value.ts';
import type { Row } from './contract.ts';

const AMBIGUOUS = -2;

/** Finds a field by the rules of the select engine: case matters only for a name that was quoted. Looks only once at rows that share their names. */
export class FieldFinder {
  readonly name: string;
  readonly #exact: boolean;
  readonly #folded: string;
  #names: readonly string[] | undefined;
  #place = -1;

  constructor(name: string, exact: boolean) {
    this.name = name;
    this.#exact = exact;
    this.#folded = name.toLowerCase();
  }

  /** Its place in the row, -1 if it has none. Throws RecordError `AmbiguousFieldName`. */
  placeIn(row: Row): number {
    if (row.names !== this.#names) {
      this.#names = row.names;
      this.#place = this.#find(row.names);
    }
    if (this.#place === AMBIGUOUS) {
      const reason = `there are several fields ${this.name} that differ in case; put it in double quotes`;
      throw new RecordError('AmbiguousFieldName', reason);
    }
    return this.#place;
  }

  /** MISSING if the row has no such field. */
  valueIn(row: Row): Value {
    const place = this.placeIn(row);
    return place < 0 ? MISSING : row.values[place]!;
  }

  matches(name: string): boolean {
    return this.#exact ? name === this.name : name.toLowerCase() === this.#folded;
  }

  #find(names: readonly string[]): number {
    let found = -1;
    for (let i = 0; i < names.length; i++) {
      if (!this.matches(names[i]!)) continue;
      if (found >= 0) return AMBIGUOUS;
      found = i;
    }
    return found;
  }
}
