import { Struct, type Value } from '../../select/values/value.ts';
import type { JsonParser } from '../json/parser.ts';
import { member } from './connect-schema.ts';

const OPENING = '{"schema":';
const PAYLOAD = ',"payload":';
/** Schemas that are remembered: more than the tables of one topic and their last changes. */
const MOST = 16;

/**
 * Reads what the JSON converter writes: a value alone, or a value behind its schema. The schema is many times as long as
 * the value and the same in each message, so that what it was compiled to is found again by its text.
 */
export class WrappedReader<T> {
  readonly #parser: JsonParser;
  readonly #compile: (schema: Value) => T | undefined;
  /** The last that was met comes first. */
  #known: { readonly prefix: string; readonly schema: T | undefined }[] = [];

  constructor(parser: JsonParser, compile: (schema: Value) => T | undefined) {
    this.#parser = parser;
    this.#compile = compile;
  }

  /** Throws JsonSyntaxError. */
  read(text: string): { readonly value: Value; readonly schema: T | undefined } {
    const parser = this.#parser;
    if (!text.startsWith(OPENING)) return this.#unwrap(parser.one(text));
    const known = this.#find(text);
    if (known !== undefined) {
      parser.begin(text, known.prefix.length);
      return { value: this.#rest(), schema: known.schema };
    }
    parser.begin(text, OPENING.length);
    const raw = parser.value();
    if (!text.startsWith(PAYLOAD, parser.at)) return this.#unwrap(parser.one(text));
    parser.at += PAYLOAD.length;
    const prefix = text.slice(0, parser.at);
    const schema = this.#compile(raw);
    this.#known = [{ prefix, schema }, ...this.#known.slice(0, MOST - 1)];
    return { value: this.#rest(), schema };
  }

  #find(text: string) {
    const known = this.#known;
    for (let i = 0; i < known.length; i++) {
      const each = known[i]!;
      if (!text.startsWith(each.prefix)) continue;
      if (i > 0) this.#known = [each, ...known.slice(0, i), ...known.slice(i + 1)];
      return each;
    }
    return undefined;
  }

  #rest(): Value {
    const value = this.#parser.value();
    this.#parser.end('}');
    return value;
  }

  #unwrap(value: Value): { readonly value: Value; readonly schema: T | undefined } {
    if (!(value instanceof Struct) || value.names.length !== 2) return { value, schema: undefined };
    const schema = member(value, 'schema');
    const payload = member(value, 'payload');
    if (schema === undefined || payload === undefined) return { value, schema: undefined };
    return { value: payload, schema: this.#compile(schema) };
  }
}
