/** YAML as a tree in which every value knows where it was written, so that merging and validation can point at lines. */

/** Lines and columns count from 1. `layer` is the stage whose block the value stands in, or undefined outside `stages:`. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly layer: string | undefined;
}

export type Scalar = string | number | boolean | null;

export interface ScalarNode {
  readonly kind: 'scalar';
  readonly value: Scalar;
  readonly at: Place;
  /** How the text begins behind `at`: a query's own line and column can be told for plain and literal scalars. */
  readonly style: 'plain' | 'quoted' | 'literal' | 'other';
  /** How many spaces stand before each line of a literal. */
  readonly indent: number;
  /** The variables that were put in. A value with some may hold what nobody should print. */
  readonly variables: readonly string[];
}

export interface MapNode {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, Entry>;
  readonly at: Place;
}

export interface Entry {
  readonly key: Place;
  readonly node: Node;
}

export interface ListNode {
  readonly kind: 'list';
  readonly items: readonly Node[];
  readonly at: Place;
}

export type Node = ScalarNode | MapNode | ListNode;
export type Path = readonly PropertyKey[];
export type Plain = Scalar | Plain[] | { [key: string]: Plain };

export function plain(node: Node): Plain {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(plain);
  return Object.fromEntries([...node.entries].map(([key, entry]) => [key, plain(entry.node)]));
}

export function nodeAt(root: Node, path: Path): Node | undefined {
  let node: Node | undefined = root;
  for (const step of path) {
    if (node?.kind === 'map') node = node.entries.get(String(step))?.node;
    else if (node?.kind === 'list') node = node.items[Number(step)];
    else return undefined;
  }
  return node;
}

/** Where a value was written, or, for one that is missing, the nearest map around it that exists. */
export function placeOf(root: Node, path: Path): Place {
  for (let length = path.length; length > 0; length--) {
    const parent = nodeAt(root, path.slice(0, length - 1));
    const last = path[length - 1];
    if (parent?.kind === 'map') {
      const entry = parent.entries.get(String(last));
      // A map begins where its first key stands, lines below the key that names it: the name is what one looks for.
      if (entry !== undefined) return entry.node.kind === 'map' || length < path.length ? entry.key : entry.node.at;
    }
    if (parent?.kind === 'list') {
      const item = parent.items[Number(last)];
      if (item !== undefined) return item.at;
    }
  }
  return root.at;
}

/** The place of a map's key itself. */
export function keyPlace(root: Node, path: Path, key: string): Place {
  const parent = nodeAt(root, path);
  return (parent?.kind === 'map' ? parent.entries.get(key)?.key : undefined) ?? placeOf(root, path);
}

/** A path as it is written in messages: `kafka.brokers[0]`. */
export function pathText(path: Path): string {
  return path.reduce<string>(
    (text, step) =>
      typeof step === 'number' ? `${text}[${step}]` : text === '' ? String(step) : `${text}.${String(step)}`,
    '',
  );
}

/** Every scalar and empty collection with its path, in the order of the file. */
export function* leaves(node: Node, path: Path = []): Generator<{ readonly path: Path; readonly node: Node }> {
  if (node.kind === 'map' && node.entries.size > 0) {
    for (const [key, entry] of node.entries) yield* leaves(entry.node, [...path, key]);
  } else if (node.kind === 'list' && node.items.length > 0) {
    for (const [i, item] of node.items.entries()) yield* leaves(item, [...path, i]);
  } else yield { path, node };
}
