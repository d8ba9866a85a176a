import { z } from 'zod';
import type { MapNode, Node, Path, ScalarNode } from './tree.ts';

/** The part of JSON Schema that zod writes for our schemas. */
export interface Shape {
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Shape | boolean;
  readonly propertyNames?: Shape;
  readonly items?: Shape;
  readonly anyOf?: readonly Shape[];
  readonly oneOf?: readonly Shape[];
}

/** What a user writes for a schema, before any transformation: completion, the reference and hints are all read off it. */
export function shapeOf(schema: z.ZodType): Shape {
  const { $schema: _, ...shape } = z.toJSONSchema(schema, { io: 'input', target: 'draft-7' });
  return shape as Shape;
}

export function variants(shape: Shape): readonly Shape[] {
  const inner = shape.anyOf ?? shape.oneOf;
  const { description } = shape;
  const said = description === undefined ? {} : { description };
  return inner === undefined ? [shape] : inner.flatMap(variants).map((each) => ({ ...said, ...each }));
}

export function shapesAt(shape: Shape, path: Path): readonly Shape[] {
  let found = variants(shape);
  for (const step of path) {
    found = found.flatMap((each) => {
      const next = typeof step === 'number' ? each.items : child(each, String(step));
      return next === undefined ? [] : variants(next);
    });
  }
  return found;
}

function child(shape: Shape, name: string): Shape | undefined {
  const { additionalProperties: any } = shape;
  return shape.properties?.[name] ?? (typeof any === 'object' ? any : undefined);
}

/** Every key that may stand at a path. */
export function keysAt(shape: Shape, path: Path): readonly string[] {
  return [...new Set(shapesAt(shape, path).flatMap((each) => Object.keys(each.properties ?? {})))];
}

/** Where else a key is known, for one that was written in the wrong place. */
export function pathsOfKey(shape: Shape, key: string, path: Path = []): Path[] {
  return variants(shape).flatMap((each) =>
    Object.entries(each.properties ?? {}).flatMap(([name, inner]) => [
      ...(name === key ? [[...path, name]] : []),
      ...pathsOfKey(inner, key, [...path, name]),
    ]),
  );
}

/**
 * Variables are text. Where a number, or true or false, is asked for and text is not, a value that came from a variable
 * is read as one; what was written in the file itself keeps the type that YAML gave it.
 */
export function retype(node: MapNode, shape: Shape): MapNode;
export function retype(node: Node, shape: Shape): Node;
export function retype(node: Node, shape: Shape): Node {
  if (node.kind === 'scalar') return retypeScalar(node, variants(shape));
  if (node.kind === 'list') {
    const item = variants(shape).find((each) => each.items !== undefined)?.items;
    return item === undefined ? node : { ...node, items: node.items.map((each) => retype(each, item)) };
  }
  const entries = new Map(node.entries);
  for (const [name, entry] of node.entries) {
    const inner = shapesAt(shape, [name]);
    if (inner.length > 0) entries.set(name, { key: entry.key, node: retype(entry.node, { anyOf: inner }) });
  }
  return { ...node, entries };
}

function retypeScalar(node: ScalarNode, shapes: readonly Shape[]): ScalarNode {
  if (node.variables.length === 0 || typeof node.value !== 'string') return node;
  const types = new Set(shapes.map((each) => each.type));
  if (types.has('string')) return node;
  if ((types.has('integer') || types.has('number')) && /^-?\d+(\.\d+)?$/.test(node.value))
    return { ...node, value: Number(node.value) };
  if (types.has('boolean') && /^(true|false)$/.test(node.value)) return { ...node, value: node.value === 'true' };
  return node;
}
