import { RecordError } from '../../select/values/record-error.ts';
import { Struct, type Value } from '../../select/values/value.ts';
import type { FieldSchema } from '../contract.ts';
import type { BinaryMode } from '../options.ts';
import { type Decode, decoderOf, nullIsUncertain } from './logical.ts';
import { repairNames } from './names.ts';

const NONE: readonly string[] = [];

export interface DecodedRow {
  readonly row: Struct;
  readonly unchanged: readonly string[];
  readonly uncertain: readonly string[];
}

/** What there is to do with the fields of one shape. */
interface Layout {
  readonly decoders: readonly (Decode | undefined)[];
  /** Places of fields whose NULL may mean that they did not change. */
  readonly uncertain: readonly number[];
  /** Names without those that did not change, by their places. */
  readonly without: Map<string, readonly string[]>;
}

/** Makes rows of a table's values as the connector wrote them. Without schema the values stay what they are. */
export class RowDecoder {
  readonly #fields: ReadonlyMap<string, FieldSchema>;
  readonly #binary: BinaryMode;
  readonly #flattened: boolean;
  readonly #isUnavailable: (value: Value) => boolean;
  readonly #layouts = new WeakMap<readonly string[], Layout>();

  constructor(
    fields: readonly FieldSchema[],
    isUnavailable: (value: Value) => boolean,
    { binary, flattened }: { readonly binary: BinaryMode; readonly flattened: boolean },
  ) {
    this.#fields = new Map(fields.map((field) => [field.name, field]));
    this.#isUnavailable = isUnavailable;
    this.#binary = binary;
    this.#flattened = flattened;
  }

  /** A row in which every value counts: a key, or what a row was before. Throws RecordError. */
  whole(raw: Struct): Struct {
    const { names, values } = repairNames(raw);
    const { decoders } = this.#layout(names);
    return new Struct(
      names,
      values.map((value, i) => this.#decode(names[i], value, decoders[i])),
    );
  }

  /** A row in which some values may stand for values that did not change. Throws RecordError. */
  changed(raw: Struct): DecodedRow {
    const { names, values } = repairNames(raw);
    const layout = this.#layout(names);
    const decoded: Value[] = [];
    let left: number[] | undefined;
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (typeof value !== 'number' && this.#isUnavailable(value)) {
        left ??= [];
        left.push(i);
      } else decoded.push(this.#decode(names[i], value, layout.decoders[i]));
    }
    const doubtful = layout.uncertain.filter((i) => values[i] === null);
    const uncertain = doubtful.length === 0 ? NONE : doubtful.map((i) => names[i]!);
    if (left === undefined) return { row: new Struct(names, decoded), unchanged: NONE, uncertain };
    const kept = this.#without(names, layout, left);
    return { row: new Struct(kept, decoded), unchanged: left.map((i) => names[i]!), uncertain };
  }

  #decode(name: string | undefined, value: Value, decode: Decode | undefined): Value {
    if (decode === undefined || value === null) return value;
    try {
      return decode(value as Exclude<Value, null>);
    } catch (error) {
      if (error instanceof RecordError) throw new RecordError(error.code, `the field ${name}: ${error.reason}`);
      throw error;
    }
  }

  #layout(names: readonly string[]): Layout {
    const known = this.#layouts.get(names);
    if (known !== undefined) return known;
    const fields = names.map((name) => this.#fields.get(name));
    const layout: Layout = {
      decoders: fields.map((field) => (field === undefined ? undefined : decoderOf(field, this.#binary))),
      uncertain: [...fields.keys()].filter((i) => {
        const field = fields[i];
        return field !== undefined && nullIsUncertain(field, this.#flattened);
      }),
      without: new Map(),
    };
    this.#layouts.set(names, layout);
    return layout;
  }

  #without(names: readonly string[], { without }: Layout, places: readonly number[]): readonly string[] {
    const id = places.join();
    const known = without.get(id);
    if (known !== undefined) return known;
    const kept = names.filter((_, i) => !places.includes(i));
    without.set(id, kept);
    return kept;
  }
}
