import { isList } from '../select/values/compare.ts';
import { RecordError } from '../select/values/record-error.ts';
import { Struct, type Value } from '../select/values/value.ts';

/**
 * Makes fields of what lies inside fields: `data.voltage` becomes `data_voltage`, `location[0].city` `location_0_city`.
 * Empty objects and lists leave nothing. Rows that come out with the same names share them.
 */
export class Flattener {
  #last: readonly string[] = [];
  readonly #checked = new WeakSet<readonly string[]>();

  /** Whether nothing lies inside a field. */
  static isFlat({ values }: Struct): boolean {
    for (let i = 0; i < values.length; i++) if (isNested(values[i]!)) return false;
    return true;
  }

  /** Throws RecordError `FieldCollision` when two values would be called the same. */
  flatten(row: Struct): Struct {
    if (Flattener.isFlat(row)) return row;
    const names: string[] = [];
    const values: Value[] = [];
    for (let i = 0; i < row.names.length; i++) spread(row.names[i]!, row.values[i]!, names, values);
    const same = names.length === this.#last.length && names.every((name, i) => name === this.#last[i]);
    if (!same) this.#last = names;
    if (!this.#checked.has(this.#last)) {
      const twice = this.#last.find((name, i) => this.#last.indexOf(name) !== i);
      if (twice !== undefined) throw collision(twice);
      this.#checked.add(this.#last);
    }
    return new Struct(this.#last, values);
  }
}

function spread(name: string, value: Value, names: string[], values: Value[]): void {
  if (value instanceof Struct) {
    for (let i = 0; i < value.names.length; i++) spread(`${name}_${value.names[i]}`, value.values[i]!, names, values);
  } else if (isList(value)) {
    for (let i = 0; i < value.length; i++) spread(`${name}_${i}`, value[i]!, names, values);
  } else {
    names.push(name);
    values.push(value);
  }
}

function isNested(value: Value): boolean {
  return typeof value === 'object' && (value instanceof Struct || isList(value));
}

export function collision(name: string): RecordError {
  return new RecordError('FieldCollision', `two values of the message would be the field ${name}`);
}
