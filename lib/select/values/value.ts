import type { Decimal } from './decimal.ts';
import type { Missing } from './missing.ts';
import type { Timestamp } from './timestamp.ts';

/** A binary floating-point number. Boxed, because a plain `number` is an integer here. */
export class Float {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

/** The text of a CSV field, or of a moment in Parquet, which becomes a number, a boolean or a timestamp beside one. */
export class Untyped {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** A JSON object's members, in their order. Names may come twice, as in the text. */
export class Struct {
  readonly names: readonly string[];
  readonly values: readonly Value[];
  constructor(names: readonly string[], values: readonly Value[]) {
    this.names = names;
    this.values = values;
  }
}

export type List = readonly Value[];

/** 64-bit integer: a `number` while it is a safe integer, else a `bigint`; never a safe integer as a `bigint`. */
export type Integer = number | bigint;
export type Numeric = Integer | Decimal | Float;
export type Value = Missing | null | boolean | Numeric | string | Untyped | Timestamp | List | Struct;
