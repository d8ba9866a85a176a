import { Struct, type Value } from '../../select/values/value.ts';

/** What `add.fields` may name, each as it is or with `source_` in front. */
const ADDED: ReadonlySet<string> = new Set(
  (
    'op deleted lsn sequence ts_ms ts_us ts_ns table schema db name connector version file pos row gtid server_id thread ' +
    'query txId xmin snapshot transaction_id transaction_total_order transaction_data_collection_order'
  ).split(' '),
);

/** Where nothing stands in front of them, only what no table is likely to have. */
const ADDED_BARE: ReadonlySet<string> = new Set(['op', 'deleted', 'lsn']);

interface Layout {
  readonly names: readonly string[];
  readonly places: readonly number[];
  readonly added: ReadonlyMap<string, number>;
}

export interface FlatEvent {
  readonly row: Struct;
  /** What the transform added of the event: `op`, `lsn`, … */
  readonly tell: (name: string) => Value | undefined;
}

/** Tells a row from what the flattening transform (ExtractNewRecordState) added to it. */
export function flatEvents(prefix: string): (value: Struct) => FlatEvent {
  const layouts = new WeakMap<readonly string[], Layout>();
  return ({ names, values }) => {
    let layout = layouts.get(names);
    if (layout === undefined) {
      layout = layoutOf(names, prefix);
      layouts.set(names, layout);
    }
    const { added, places } = layout;
    const tell = (name: string) => {
      const at = added.get(name);
      return at === undefined ? undefined : values[at];
    };
    return {
      row:
        added.size === 0
          ? new Struct(names, values)
          : new Struct(
              layout.names,
              places.map((i) => values[i]!),
            ),
      tell,
    };
  };
}

function layoutOf(names: readonly string[], prefix: string): Layout {
  const added = new Map<string, number>();
  const places: number[] = [];
  for (const [i, name] of names.entries()) {
    const bare = name.startsWith(prefix) ? name.slice(prefix.length) : '';
    const rest = bare.replace(/^source_/, '');
    const known = prefix === '' && rest === bare ? ADDED_BARE : ADDED;
    if (known.has(rest)) added.set(rest, i);
    else places.push(i);
  }
  return { names: places.map((i) => names[i]!), places, added };
}
