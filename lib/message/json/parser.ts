import { Decimal } from '../../select/values/decimal.ts';
import { Struct, type Value } from '../../select/values/value.ts';
import { numberOf } from './number.ts';
import { Shape } from './shapes.ts';
import { JsonSyntaxError } from './syntax-error.ts';

/** Objects and lists within one another. */
const MAX_DEPTH = 200;

const TAB = 0x09;
const LINE_FEED = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/**
 * Reads JSON into the values of the select engine, exactly. One parser serves one topic: it remembers the names of the
 * objects that it has seen, and objects of one shape share their array of names. All throw JsonSyntaxError.
 */
export class JsonParser {
  /** Where reading goes on, in UTF-16 units. */
  at = 0;
  #text = '';
  readonly #shapes = Shape.root();

  begin(text: string, at = 0): void {
    this.#text = text;
    this.at = at;
  }

  /** The text's one value. */
  one(text: string): Value {
    this.begin(text);
    const value = this.value();
    this.end();
    return value;
  }

  /** Passes `closing` and what is white around it, behind which nothing may stand. */
  end(closing = ''): void {
    if (closing !== '' && this.#next() !== closing.charCodeAt(0)) throw this.#unexpected('the end of the object');
    this.at += closing.length;
    if (this.more()) throw this.#unexpected('the end');
  }

  /** Whether there is anything but white space from here on. */
  more(): boolean {
    return !Number.isNaN(this.#next());
  }

  /** The value that begins here. */
  value(depth = 0): Value {
    const code = this.#next();
    if (code === QUOTE) return this.#string();
    if (code === MINUS || (code >= ZERO && code <= 0x39)) return this.#number();
    if (code === OPEN) return this.#object(depth);
    if (code === OPEN_LIST) return this.#list(depth);
    if (code === 0x74) return this.#literal('true', true);
    if (code === 0x66) return this.#literal('false', false);
    if (code === 0x6e) return this.#literal('null', null);
    throw this.#unexpected('a value');
  }

  #next(): number {
    const text = this.#text;
    for (;;) {
      const code = text.charCodeAt(this.at);
      if (code !== SPACE && code !== LINE_FEED && code !== RETURN && code !== TAB) return code;
      this.at++;
    }
  }

  #object(depth: number): Struct {
    if (depth === MAX_DEPTH) throw this.#tooDeep();
    const text = this.#text;
    let shape: Shape = this.#shapes;
    this.at++;
    if (this.#next() === CLOSE) {
      this.at++;
      return new Struct(shape.names, []);
    }
    let values: Value[] | undefined;
    let begun = shape;
    for (let count = 0; ; ) {
      if (shape.likely === undefined || !text.startsWith(shape.likelyKey, this.at)) {
        const from = this.at;
        const name = this.#key();
        const known = shape.with(name, this.at - from === name.length + 3);
        if (known === undefined) return this.#odd(depth, [...shape.names], values?.slice(0, count) ?? [], name);
        shape = known;
      } else {
        this.at += shape.likelyKey.length;
        shape = shape.likely;
      }
      if (values === undefined) {
        begun = shape;
        values = begun.room.slice() as Value[];
      }
      values[count++] = text.charCodeAt(this.at) === QUOTE ? this.#string() : this.value(depth + 1);
      if (this.#goesOn()) continue;
      if (values.length !== count) values.length = count;
      begun.had(count);
      return new Struct(shape.names, values);
    }
  }

  /** The rest of an object that has a name twice, of which the last counts, or more shapes than are remembered, from the value of `name` on. */
  #odd(depth: number, names: string[], values: Value[], name: string): Struct {
    const places = new Map(names.map((each, i) => [each, i]));
    for (;;) {
      const value = this.value(depth + 1);
      const place = places.get(name);
      if (place === undefined) {
        places.set(name, names.push(name) - 1);
        values.push(value);
      } else values[place] = value;
      if (!this.#goesOn()) return new Struct(names, values);
      name = this.#key();
    }
  }

  /** Behind a member: passes a comma and what is white behind it, or the end of the object. */
  #goesOn(): boolean {
    let code = this.#text.charCodeAt(this.at);
    if (code <= SPACE) code = this.#next();
    if (code === CLOSE) {
      this.at++;
      return false;
    }
    if (code !== COMMA) throw this.#unexpected('a comma or the end of the object');
    this.at++;
    if (this.#text.charCodeAt(this.at) !== QUOTE) this.#next();
    return true;
  }

  #key(): string {
    if (this.#next() !== QUOTE) throw this.#unexpected('a name in quotes');
    const name = this.#string();
    if (this.#next() !== COLON) throw this.#unexpected('a colon');
    this.at++;
    return name;
  }

  #list(depth: number): Value[] {
    if (depth === MAX_DEPTH) throw this.#tooDeep();
    this.at++;
    const items: Value[] = [];
    if (this.#next() === CLOSE_LIST) {
      this.at++;
      return items;
    }
    for (;;) {
      items.push(this.value(depth + 1));
      const code = this.#next();
      if (code === CLOSE_LIST) {
        this.at++;
        return items;
      }
      if (code !== COMMA) throw this.#unexpected('a comma or the end of the list');
      this.at++;
    }
  }

  #string(): string {
    const text = this.#text;
    const from = this.at + 1;
    for (let at = from; ; at++) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) {
        this.at = at + 1;
        return text.slice(from, at);
      }
      if (code === BACKSLASH) return this.#escaped(from, at);
      // NaN, behind the end, is not at least a space either.
      if (!(code >= SPACE)) {
        this.at = at;
        throw this.#unexpected('the end of the text, or a control character as an escape');
      }
    }
  }

  #escaped(from: number, firstEscape: number): string {
    const text = this.#text;
    let at = firstEscape;
    for (let code = text.charCodeAt(at); code !== QUOTE; code = text.charCodeAt(at)) {
      if (!(code >= SPACE)) {
        this.at = at;
        throw this.#unexpected('the end of the text, or a control character as an escape');
      }
      at += code === BACKSLASH ? 2 : 1;
    }
    this.at = at + 1;
    try {
      return JSON.parse(text.slice(from - 1, at + 1)) as string;
    } catch {
      this.at = firstEscape;
      throw this.#unexpected(`one of the escapes \\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX`);
    }
  }

  #number(): Value {
    const text = this.#text;
    const from = this.at;
    const negative = text.charCodeAt(from) === MINUS;
    const first = negative ? from + 1 : from;
    let at = first;
    let digits = 0;
    let code = text.charCodeAt(at);
    for (; code >= ZERO && code <= 0x39; code = text.charCodeAt(++at)) digits = digits * 10 + (code - ZERO);
    const point = at;
    if (point === first) return this.#badNumber(at);
    if (point > first + 1 && text.charCodeAt(first) === ZERO) return this.#badNumber(first + 1);
    if (code === POINT) {
      code = text.charCodeAt(++at);
      for (; code >= ZERO && code <= 0x39; code = text.charCodeAt(++at)) digits = digits * 10 + (code - ZERO);
      if (at === point + 1) return this.#badNumber(at);
    }
    if ((code | 0x20) === 0x65) return this.#exponential(from, at);
    this.at = at;
    // Up to 15 digits are exact in a double.
    if (at - first > 15 || (negative && digits === 0)) return numberOf(text.slice(from, at));
    if (at === point) return negative ? -digits : digits;
    return Decimal.ofSafe(negative ? -digits : digits, point + 1 - at);
  }

  #exponential(from: number, e: number): Value {
    const text = this.#text;
    let at = e + 1;
    let code = text.charCodeAt(at);
    if (code === 0x2b || code === MINUS) code = text.charCodeAt(++at);
    const first = at;
    for (; code >= ZERO && code <= 0x39; code = text.charCodeAt(++at));
    if (at === first) return this.#badNumber(at);
    this.at = at;
    return numberOf(text.slice(from, at));
  }

  #badNumber(at: number): never {
    this.at = at;
    throw this.#unexpected('a number');
  }

  #literal<T extends Value>(literal: string, value: T): T {
    if (!this.#text.startsWith(literal, this.at))
      throw this.#unexpected(`a value (true, false and null are in small letters)`);
    this.at += literal.length;
    return value;
  }

  #tooDeep(): JsonSyntaxError {
    return this.#error(`it nests deeper than ${MAX_DEPTH}`);
  }

  #unexpected(expected: string): JsonSyntaxError {
    const end = this.at >= this.#text.length;
    return this.#error(`${end ? 'it ends' : 'something else stands'} where ${expected} should be`);
  }

  #error(what: string): JsonSyntaxError {
    return new JsonSyntaxError(what, Buffer.byteLength(this.#text.slice(0, this.at)));
  }
}
