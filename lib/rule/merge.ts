import type { Entry, MapNode, Node } from './tree.ts';

/** Puts one map over another: maps merge deeply, lists and scalars replace, `null` removes. */
export function merge(base: MapNode, over: MapNode): MapNode {
  const entries = new Map<string, Entry>(base.entries);
  for (const [name, entry] of over.entries) {
    const below = entries.get(name);
    if (isNull(entry.node)) entries.delete(name);
    else if (below?.node.kind === 'map' && entry.node.kind === 'map')
      entries.set(name, { key: below.key, node: merge(below.node, entry.node) });
    else entries.set(name, { key: entry.key, node: prune(entry.node) });
  }
  return { kind: 'map', entries, at: base.at };
}

/** The same tree without the keys whose value is `null`: they count as not written, in a base as in a stage. */
export function prune<N extends Node>(node: N): N;
export function prune(node: Node): Node {
  if (node.kind !== 'map') return node;
  const entries = new Map<string, Entry>();
  for (const [name, entry] of node.entries) {
    if (!isNull(entry.node)) entries.set(name, { key: entry.key, node: prune(entry.node) });
  }
  return { ...node, entries };
}

function isNull(node: Node): boolean {
  return node.kind === 'scalar' && node.value === null;
}
