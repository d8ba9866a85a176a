import { isList } from '../select/values/compare.ts';
import { Struct, type Value } from '../select/values/value.ts';
import type { Put } from './contract.ts';
import { JsonParser } from './json/parser.ts';
import { IGNORED, type ParseMessage } from './parsed.ts';
import type { DecodeText } from './text.ts';

const VALUE: readonly string[] = ['value'];
const MESSAGE: readonly string[] = ['message'];
const NONE: readonly string[] = [];

/** Each JSON value is a row, and each item of a list: an object's members are its fields, anything else is the field `value`. */
export function jsonParser(decodeText: DecodeText): ParseMessage {
  const parser = new JsonParser();
  return ({ value }) => {
    if (value === null) return IGNORED;
    const drafts: Put[] = [];
    for (const each of parser.all(decodeText(value))) {
      if (!isList(each)) drafts.push(putOf(each));
      else for (const item of each) drafts.push(putOf(item));
    }
    return drafts.length === 0 ? IGNORED : { drafts };
  };
}

/** The whole message is the field `message`. */
export function textParser(decodeText: DecodeText): ParseMessage {
  return ({ value }) => {
    if (value === null) return IGNORED;
    return { drafts: [{ kind: 'put', row: new Struct(MESSAGE, [decodeText(value)]), unchanged: NONE }] };
  };
}

function putOf(value: Value): Put {
  return { kind: 'put', row: value instanceof Struct ? value : new Struct(VALUE, [value]), unchanged: NONE };
}
