import { isList } from '../select/values/compare.ts';
import { Struct, type Value } from '../select/values/value.ts';
import type { Change, Message } from './contract.ts';
import { JsonParser } from './json/parser.ts';
import { IGNORED, type ParseMessage } from './parsed.ts';
import type { DecodeText } from './text.ts';

const VALUE: readonly string[] = ['value'];
const MESSAGE: readonly string[] = ['message'];
const NONE: readonly string[] = [];

/** Each JSON value is a row, and each item of a list: an object's members are its fields, anything else is the field `value`. */
export function jsonParser(decodeText: DecodeText): ParseMessage {
  const parser = new JsonParser();
  return (message) => {
    const { value } = message;
    if (value === null) return IGNORED;
    parser.begin(decodeText(value));
    if (!parser.more()) return IGNORED;
    const only = parser.value();
    // Nearly all messages are so, and a list that grows takes room for many.
    if (!parser.more() && !isList(only)) return { drafts: [putOf(only, message, 0)] };
    const drafts: Change[] = [];
    for (let each = only; ; each = parser.value()) {
      if (!isList(each)) drafts.push(putOf(each, message, drafts.length));
      else for (const item of each) drafts.push(putOf(item, message, drafts.length));
      if (!parser.more()) return drafts.length === 0 ? IGNORED : { drafts };
    }
  };
}

/** The whole message is the field `message`. */
export function textParser(decodeText: DecodeText): ParseMessage {
  return (message) => {
    const { value } = message;
    if (value === null) return IGNORED;
    const row = new Struct(MESSAGE, [decodeText(value)]);
    return { drafts: [{ kind: 'put', row, unchanged: NONE, message, index: 0 }] };
  };
}

function putOf(value: Value, message: Message, index: number): Change {
  const row = value instanceof Struct ? value : new Struct(VALUE, [value]);
  return { kind: 'put', row, unchanged: NONE, message, index };
}
