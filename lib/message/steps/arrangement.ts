import { Struct, type Value } from '../../select/values/value.ts';
import type { Row } from '../contract.ts';

const NOTHING: readonly string[] = [];

/**
 * Puts new fields into rows, and remembers how it did for the names that it saw last, so that rows that shared their names
 * share them afterwards.
 */
export class Arrangement {
  #before: readonly string[] = NOTHING;
  #added: readonly string[] = NOTHING;
  #removed = -1;
  #after: readonly string[] = NOTHING;
  /** For each field afterwards its place before, or ~place among the added. */
  #from: readonly number[] = [];

  /**
   * A field that is there already keeps its place and gets the new value; others come where a field is removed, or last.
   * @param removed the place of the field that goes, -1 for none
   */
  put(row: Row, added: readonly string[], values: readonly Value[], removed = -1): Row {
    if (row.names !== this.#before || added !== this.#added || removed !== this.#removed) {
      this.#arrange(row.names, added, removed);
    }
    const from = this.#from;
    const result: Value[] = new Array(from.length);
    for (let i = 0; i < from.length; i++) {
      const place = from[i]!;
      result[i] = place >= 0 ? row.values[place]! : values[~place]!;
    }
    return new Struct(this.#after, result);
  }

  #arrange(before: readonly string[], added: readonly string[], removed: number): void {
    const names: string[] = [];
    const from: number[] = [];
    const others = added.filter((name) => !before.includes(name) || before[removed] === name);
    const addOthers = () => {
      for (const name of others) {
        names.push(name);
        from.push(~added.indexOf(name));
      }
    };
    for (const [i, name] of before.entries()) {
      if (i === removed) {
        addOthers();
        continue;
      }
      const place = added.indexOf(name);
      names.push(name);
      from.push(place >= 0 ? ~place : i);
    }
    if (removed < 0) addOthers();
    this.#before = before;
    this.#added = added;
    this.#removed = removed;
    this.#after = names;
    this.#from = from;
  }
}
