import { type FileMetaData, parquetSchema, type SchemaElement, type SchemaTree } from 'hyparquet';
import type { WriteBuffer } from '../write-buffer.ts';
import { jsonKey } from '../write-json.ts';
import { annotationOf, isMoment, leafWriter, type WriteValue } from './leaf.ts';

/** A top-level column. */
export interface ParquetColumn {
  readonly name: string;
  /** Whether its values are moments in time, which JSON has only as text. */
  readonly moment: boolean;
  /** Throws SluiceError `UnsupportedParquetType` if a type in it cannot be written. */
  writer(): WriteValue;
}

const NULL = Buffer.from('null');
const COMMA = 0x2c;

export function columnsOf(metadata: FileMetaData): readonly ParquetColumn[] {
  return parquetSchema(metadata).children.map((node) => ({
    name: node.element.name,
    moment: node.children.length === 0 && node.element.repetition_type !== 'REPEATED' && isMoment(node.element),
    writer: () => nullable(nodeWriter(node)),
  }));
}

/**
 * The metadata with annotations taken off, but for those that nested values are put together by: the decoder would turn
 * decimals into doubles, moments into milliseconds and maps into objects whose keys it sorts.
 */
export function physical(metadata: FileMetaData): FileMetaData {
  return { ...metadata, schema: metadata.schema.map(bare) };
}

function bare({ converted_type: _, logical_type: __, ...element }: SchemaElement, index: number, all: SchemaElement[]) {
  const isGroup = element.num_children !== undefined && element.num_children > 0;
  return isGroup && annotationOf(all[index]!) === 'LIST' ? { ...element, converted_type: 'LIST' as const } : element;
}

function nodeWriter(node: SchemaTree): WriteValue {
  const single = node.children.length === 0 ? leafWriter(node.element) : groupWriter(node);
  return node.element.repetition_type === 'REPEATED' ? arrayWriter(single) : single;
}

function groupWriter(node: SchemaTree): WriteValue {
  const annotation = annotationOf(node.element);
  const [child] = node.children;
  if (annotation === 'VARIANT') return leafWriter(node.element);
  const repeated = node.children.length === 1 && child!.element.repetition_type === 'REPEATED' ? child : undefined;
  if (annotation === 'LIST' && repeated !== undefined) return listWriter(repeated);
  if ((annotation === 'MAP' || annotation === 'MAP_KEY_VALUE') && repeated?.children.length === 2) {
    return mapWriter(repeated);
  }
  return structWriter(node.children);
}

/** Of the two ways in which lists are written, with and without a group around the element, the decoder knows both. */
function listWriter(repeated: SchemaTree): WriteValue {
  if (repeated.children.length === 1) return arrayWriter(nodeWriter(repeated.children[0]!));
  if (repeated.children.length === 0) return arrayWriter(leafWriter(repeated.element));
  const elements = arrayWriter(groupWriter(repeated));
  return (out, value) => elements(out, member(value, repeated.element.name) ?? []);
}

function arrayWriter(element: WriteValue): WriteValue {
  const write = nullable(element);
  return (out, value) => {
    out.byte(0x5b);
    let first = true;
    for (const item of value as Iterable<unknown>) {
      if (!first) out.byte(COMMA);
      first = false;
      write(out, item);
    }
    out.byte(0x5d);
  };
}

function structWriter(children: readonly SchemaTree[]): WriteValue {
  const members = children.map((child) => {
    const { name } = child.element;
    return { name, key: jsonKey(name), write: nullable(nodeWriter(child)) };
  });
  return (out, value) => {
    out.byte(0x7b);
    let first = true;
    for (const { name, key, write } of members) {
      if (!first) out.byte(COMMA);
      first = false;
      out.raw(key);
      write(out, member(value, name));
    }
    out.byte(0x7d);
  };
}

/** A map is an object in the order of its entries. Keys that are no text are written as their text. */
function mapWriter(entries: SchemaTree): WriteValue {
  const [key, item] = entries.children as [SchemaTree, SchemaTree];
  const writeKey = nodeWriter(key);
  const write = nullable(nodeWriter(item));
  return (out, value) => {
    out.byte(0x7b);
    let first = true;
    for (const entry of (member(value, entries.element.name) ?? []) as Iterable<unknown>) {
      if (!first) out.byte(COMMA);
      first = false;
      const start = out.length;
      writeKey(out, member(entry, key.element.name));
      quote(out, start);
      out.byte(0x3a);
      write(out, member(entry, item.element.name));
    }
    out.byte(0x7d);
  };
}

/** Makes what was written since `start` a string, if it is none. */
function quote(out: WriteBuffer, start: number): void {
  if (out.bytes[start] === 0x22) return;
  const text = out.bytes.toString('latin1', start, out.length);
  out.length = start;
  out.ascii(JSON.stringify(text));
}

function member(value: unknown, name: string): unknown {
  return (value as Readonly<Record<string, unknown>>)[name];
}

function nullable(write: WriteValue): WriteValue {
  return (out, value) => {
    if (value === undefined || value === null) out.raw(NULL);
    else write(out, value);
  };
}
