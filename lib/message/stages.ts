import type { Change, FieldSchema, Row } from './contract.ts';
import type { NamedStep } from './steps/compile.ts';
import type { Fields } from './steps/fields.ts';

/** Where a message is, so that what goes wrong can be told. */
export interface Progress {
  at: string;
}

type Put = Extract<Change, { kind: 'put' }>;
type Remove = Extract<Change, { kind: 'remove' }>;

/** Takes changes through the steps: their rows, and the keys that find them. */
export class Stages {
  readonly steps: readonly NamedStep[];
  readonly #schemas = new WeakMap<readonly FieldSchema[], readonly FieldSchema[]>();

  constructor(steps: readonly NamedStep[]) {
    this.steps = steps;
  }

  /** Undefined: the row is left out. Throws RecordError; `progress` tells where. */
  run(draft: Change, progress: Progress): Change | undefined {
    if (this.steps.length === 0 || draft.kind === 'truncate') return draft;
    if (draft.kind === 'remove') return this.#remove(draft, progress);
    let fields: Fields | undefined = { row: draft.row, unchanged: draft.unchanged, partial: false };
    for (const step of this.steps) {
      progress.at = step.at;
      fields = step.run(fields);
      if (fields === undefined) return this.#left(draft, progress);
    }
    return this.#put(draft, fields, progress);
  }

  #put(draft: Put, { row, unchanged }: Fields, progress: Progress): Put {
    const { key, formerKey, before, uncertain, schema, wire, message, index } = draft;
    // What is no change of a table has nothing else, and there are many.
    if (key === undefined && schema === undefined && wire === undefined) {
      return { kind: 'put', row, unchanged, message, index };
    }
    return {
      ...draft,
      row,
      unchanged,
      ...(key === undefined ? {} : { key: this.#key(key, progress) }),
      ...(formerKey === undefined ? {} : { formerKey: this.#key(formerKey, progress) }),
      ...(before === undefined ? {} : { before: this.#key(before, progress) }),
      ...(uncertain === undefined ? {} : { uncertain: uncertain.flatMap((name) => this.#carry(name) ?? []) }),
      ...(schema === undefined ? {} : { schema: this.#schema(schema) }),
    };
  }

  /** A row that changed so that it is left out now may be in the target from before. */
  #left(draft: Put, progress: Progress): Remove | undefined {
    const { key, formerKey, order, wire, snapshot, message, index } = draft;
    if (key === undefined || snapshot === 'whole') return undefined;
    return {
      kind: 'remove',
      key: this.#key(formerKey ?? key, progress),
      ...(order === undefined ? {} : { order }),
      ...(wire === undefined ? {} : { wire }),
      message,
      index,
    };
  }

  #remove(draft: Remove, progress: Progress): Remove {
    const { key, laterKey } = draft;
    return {
      ...draft,
      key: this.#key(key, progress),
      ...(laterKey === undefined ? {} : { laterKey: this.#key(laterKey, progress) }),
    };
  }

  #key(key: Row, progress: Progress): Row {
    let fields: Fields = { row: key, unchanged: [], partial: true };
    for (const step of this.steps) {
      progress.at = step.at;
      fields = step.run(fields) ?? fields;
    }
    return fields.row;
  }

  #carry(name: string): string | undefined {
    let carried: string | undefined = name;
    for (const step of this.steps) carried = carried === undefined ? undefined : step.carry(carried);
    return carried;
  }

  #schema(schema: readonly FieldSchema[]): readonly FieldSchema[] {
    const known = this.#schemas.get(schema);
    if (known !== undefined) return known;
    const carried = schema.flatMap((field) => {
      const name = this.#carry(field.name);
      return name === undefined ? [] : [{ ...field, name }];
    });
    this.#schemas.set(schema, carried);
    return carried;
  }
}
