import { firstElement, nextElement, skipSpace, skipString, skipValue } from '../../format/json/scan.ts';
import { MISSING } from '../values/missing.ts';
import { parseNumber } from '../values/number.ts';
import { RecordError } from '../values/record-error.ts';
import { Struct, Untyped, type Value } from '../values/value.ts';
import { decodeText, Found } from './span.ts';

/** Lists and objects that are made values of may nest this deep. */
const MAX_NESTING = 200;
const QUOTE = 0x22;

/** The value of JSON text that was found valid. Throws RecordError for bytes that are not UTF-8. */
export function decodeJson(bytes: Uint8Array, from: number, to: number, found: Found): Value {
  switch (found) {
    case Found.MISSING:
      return MISSING;
    case Found.NULL:
      return null;
    case Found.TRUE:
      return true;
    case Found.FALSE:
      return false;
    case Found.TEXT:
      return decodeText(bytes, from, to);
    case Found.MOMENT:
      return new Untyped(decodeText(bytes, from, to));
    case Found.ESCAPED:
      return JSON.parse(`"${decodeText(bytes, from, to)}"`) as string;
    case Found.NUMBER:
      return number(bytes, from, to);
    default:
      return valueAt(bytes, from, to, 0);
  }
}

function number(bytes: Uint8Array, from: number, to: number): Value {
  const value = parseNumber(decodeText(bytes, from, to));
  if (value === undefined)
    throw new RecordError('NumberFormatError', 'a number has an exponent of more than ten digits');
  return value;
}

/** Not `JSON.parse`, which would round numbers. */
function valueAt(bytes: Uint8Array, at: number, to: number, depth: number): Value {
  if (depth > MAX_NESTING) {
    throw new RecordError('JSONParsingError', `a value that the query uses nests deeper than ${MAX_NESTING}`);
  }
  const behind = skipValue(bytes, at, to);
  switch (bytes[at]) {
    case QUOTE:
      return JSON.parse(decodeText(bytes, at, behind)) as string;
    case 0x5b: {
      const items: Value[] = [];
      for (
        let item = firstElement(bytes, at, to);
        item >= 0;
        item = nextElement(bytes, skipValue(bytes, item, to), to)
      ) {
        items.push(valueAt(bytes, item, to, depth + 1));
      }
      return items;
    }
    case 0x7b:
      return structAt(bytes, at, to, depth);
    case 0x74:
      return true;
    case 0x66:
      return false;
    case 0x6e:
      return null;
    default:
      return number(bytes, at, behind);
  }
}

function structAt(bytes: Uint8Array, at: number, to: number, depth: number): Struct {
  const names: string[] = [];
  const values: Value[] = [];
  let key = skipSpace(bytes, at + 1, to);
  while (key >= 0 && bytes[key] === QUOTE) {
    const behind = skipString(bytes, key, to);
    names.push(JSON.parse(decodeText(bytes, key, behind)) as string);
    const value = skipSpace(bytes, skipSpace(bytes, behind, to) + 1, to);
    values.push(valueAt(bytes, value, to, depth + 1));
    key = nextElement(bytes, skipValue(bytes, value, to), to);
  }
  return new Struct(names, values);
}
