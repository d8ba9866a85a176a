import { Struct } from '../../select/values/value.ts';
import type { Row } from '../contract.ts';
import { collision } from '../flatten.ts';
import type { CompiledStep } from './fields.ts';

/** All at once, so that two fields can swap their names. */
export function compileRename(names: Readonly<Record<string, string>>): CompiledStep {
  const carry = (name: string) => (Object.hasOwn(names, name) ? names[name]! : name);
  const renamed = new WeakMap<readonly string[], readonly string[]>();

  function rename(row: Row): Row {
    let after = renamed.get(row.names);
    if (after === undefined) {
      after = row.names.map(carry);
      const twice = after.find((name, i, all) => all.indexOf(name) !== i);
      if (twice !== undefined) throw collision(twice);
      renamed.set(row.names, after);
    }
    return new Struct(after, row.values);
  }

  return {
    run: ({ row, unchanged, partial }) => ({
      row: rename(row),
      unchanged: unchanged.length === 0 ? unchanged : unchanged.map(carry),
      partial,
    }),
    carry,
  };
}
