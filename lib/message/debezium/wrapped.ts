import { Struct, type Value } from '../../select/values/value.ts';
import type { JsonParser } from '../json/parser.ts';
import { JsonSyntaxError } from '../json/syntax-error.ts';
import type { DecodeText } from '../text.ts';
import { member } from './connect-schema.ts';

const OPENING = '{"schema":';
const PAYLOAD = ',"payload":';
/** Schemas that are remembered: more than the tables of one topic and their last changes. */
const MOST = 16;

interface Read<T> {
  readonly value: Value;
  readonly schema: T | undefined;
}

interface Known<T> {
  /** The bytes from the message's begin to the payload. */
  readonly prefix: Buffer;
  readonly schema: T | undefined;
}

/**
 * Reads what the JSON converter writes: a value alone, or a value behind its schema. The schema is many times as long as
 * the value and the same in each message, so that what it was compiled to is found again by its bytes.
 */
export class WrappedReader<T> {
  readonly #parser: JsonParser;
  readonly #decodeText: DecodeText;
  readonly #compile: (schema: Value) => T | undefined;
  /** The last that was met comes first. */
  #known: Known<T>[] = [];

  constructor(parser: JsonParser, decodeText: DecodeText, compile: (schema: Value) => T | undefined) {
    this.#parser = parser;
    this.#decodeText = decodeText;
    this.#compile = compile;
  }

  /** Throws RecordError for what is no text or no JSON. */
  read(bytes: Uint8Array): Read<T> {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const known = this.#find(buffer);
    if (known === undefined) return this.#readWhole(buffer);
    const { prefix, schema } = known;
    try {
      this.#parser.begin(this.#decodeText(buffer.subarray(prefix.length)));
      return { value: this.#rest(), schema };
    } catch (error) {
      throw error instanceof JsonSyntaxError ? error.behind(prefix.length) : error;
    }
  }

  #readWhole(buffer: Buffer): Read<T> {
    const parser = this.#parser;
    const text = this.#decodeText(buffer);
    if (!text.startsWith(OPENING)) return this.#unwrap(parser.one(text));
    parser.begin(text, OPENING.length);
    const raw = parser.value();
    if (!isSchema(raw) || !text.startsWith(PAYLOAD, parser.at)) return this.#unwrap(parser.one(text));
    parser.at += PAYLOAD.length;
    const schema = this.#compile(raw);
    this.#remember(buffer, text.slice(0, parser.at), schema);
    return { value: this.#rest(), schema };
  }

  #find(buffer: Buffer): Known<T> | undefined {
    const known = this.#known;
    for (let i = 0; i < known.length; i++) {
      const each = known[i]!;
      if (!each.prefix.equals(buffer.subarray(0, each.prefix.length))) continue;
      if (i > 0) this.#known = [each, ...known.slice(0, i), ...known.slice(i + 1)];
      return each;
    }
    return undefined;
  }

  /** In other charsets the text's bytes are not as many as those of UTF-8: then it is read anew each time. */
  #remember(buffer: Buffer, text: string, schema: T | undefined): void {
    const prefix = Buffer.from(text);
    if (!prefix.equals(buffer.subarray(0, prefix.length))) return;
    this.#known = [{ prefix, schema }, ...this.#known.slice(0, MOST - 1)];
  }

  #rest(): Value {
    const value = this.#parser.value();
    this.#parser.end('}');
    return value;
  }

  #unwrap(value: Value): Read<T> {
    if (!(value instanceof Struct) || value.names.length !== 2) return { value, schema: undefined };
    const schema = member(value, 'schema');
    const payload = member(value, 'payload');
    if (schema === undefined || payload === undefined || !isSchema(schema)) return { value, schema: undefined };
    return { value: payload, schema: this.#compile(schema) };
  }
}

/** A row may have columns of those names. */
function isSchema(value: Value): boolean {
  return value === null || value instanceof Struct;
}
