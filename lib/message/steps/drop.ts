import { Struct } from '../../select/values/value.ts';
import type { CompiledStep } from './fields.ts';

interface Kept {
  readonly names: readonly string[];
  readonly places: readonly number[];
}

export function compileDrop(dropped: readonly string[]): CompiledStep {
  const names = new Set(dropped);
  const layouts = new WeakMap<readonly string[], Kept>();
  return {
    run({ row, unchanged, partial }) {
      let kept = layouts.get(row.names);
      if (kept === undefined) {
        const places = [...row.names.keys()].filter((i) => !names.has(row.names[i]!));
        kept = { names: places.map((i) => row.names[i]!), places };
        layouts.set(row.names, kept);
      }
      const values = kept.places.map((i) => row.values[i]!);
      return { row: new Struct(kept.names, values), unchanged: unchanged.filter((name) => !names.has(name)), partial };
    },
    carry: (name) => (names.has(name) ? undefined : name),
  };
}
