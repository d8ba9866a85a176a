import { Struct } from '../../select/values/value.ts';
import type { Message } from '../contract.ts';
import type { JsonParser } from '../json/parser.ts';
import type { DecodeText } from '../text.ts';
import type { RowDecoder } from './row-decoder.ts';
import { type CompiledSchema, compileSchema, type SchemaOptions } from './schema.ts';
import { WrappedReader } from './wrapped.ts';

/** The keys that a message tells. */
export interface Keys {
  /** The row's own; undefined where the table has none. */
  readonly key?: Struct;
  /** Of a delete that is half of a changed key: what the row is called from now on. */
  readonly laterKey?: Struct;
  /** Of a create that is the other half. */
  readonly formerKey?: Struct;
}

/** Reads a message's key and those in its headers. Throws RecordError. */
export function keyReader(
  parser: JsonParser,
  decodeText: DecodeText,
  options: SchemaOptions,
): (message: Message) => Keys {
  const reader = new WrappedReader<CompiledSchema>(parser, decodeText, (schema) => compileSchema(schema, options));
  const plain = compileSchema(NO_FIELDS, options)!.rows;
  return ({ key, headers }) => {
    if (key === null) return {};
    const { value, schema } = reader.read(key);
    if (!(value instanceof Struct)) return {};
    const rows = schema?.rows ?? plain;
    const other = (name: string) => {
      const header = headers.find((each) => each.name === name);
      return header === undefined ? undefined : otherKey(reader, header.value, rows);
    };
    const laterKey = other('__debezium.newkey');
    const formerKey = other('__debezium.oldkey');
    return {
      key: rows.whole(value),
      ...(laterKey === undefined ? {} : { laterKey }),
      ...(formerKey === undefined ? {} : { formerKey }),
    };
  };
}

const NO_FIELDS = new Struct(['fields'], [[]]);

/** The header converter leaves the schema out where it can: the values are those of the message's own key. */
function otherKey(reader: WrappedReader<CompiledSchema>, bytes: Uint8Array, rows: RowDecoder): Struct | undefined {
  const { value, schema } = reader.read(bytes);
  return value instanceof Struct ? (schema?.rows ?? rows).whole(value) : undefined;
}
