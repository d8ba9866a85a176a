import { isNumeric } from '../../../select/values/number.ts';
import { Struct, Untyped, type Value } from '../../../select/values/value.ts';
import { jsonText } from './json.ts';
import { numberText } from './number.ts';
import { Uncastable, uncastable } from './uncastable.ts';

/** Text in a list may be its own text form; in an array every element has its place in quotes. */
export function arrayText(element: (value: Value) => string, delimiter: string): (value: Value) => string {
  const convert = (value: Value): string => {
    if (typeof value === 'string') return value;
    if (value instanceof Untyped) return value.text;
    if (!Array.isArray(value)) throw uncastable(value);
    return `{${(value as readonly Value[]).map(item).join(delimiter)}}`;
  };
  const item = (value: Value): string => {
    if (value === null || typeof value === 'symbol') return 'NULL';
    if (Array.isArray(value)) return convert(value);
    return quoted(element(value));
  };
  return convert;
}

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/** An object, its JSON text (as connectors send it), or hstore's own text. */
export function hstoreText(value: Value): string {
  if (value instanceof Struct) {
    return value.names.map((name, i) => pair(name, value.values[i] ?? null)).join(',');
  }
  const text = plainText(value);
  if (!text.trimStart().startsWith('{')) return text;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new Uncastable('this text', 'An hstore is an object, its JSON, or text such as "key"=>"value".');
  }
  return Object.entries(parsed as Record<string, unknown>)
    .map(([name, item]) => pair(name, item === null ? null : typeof item === 'string' ? item : JSON.stringify(item)))
    .join(',');
}

function pair(name: string, value: Value): string {
  if (value === null || typeof value === 'symbol') return `${quoted(name)}=>NULL`;
  return `${quoted(name)}=>${quoted(typeof value === 'string' ? value : jsonText(value))}`;
}

/** `(x,y)` from an object with `x` and `y`, which is how connectors send a point. */
export function pointText(value: Value): string {
  if (!(value instanceof Struct)) return plainText(value);
  const at = (name: string): Value => value.values[value.names.indexOf(name)] ?? null;
  const x: Value = at('x');
  const y: Value = at('y');
  if (!isNumeric(x) || !isNumeric(y)) throw uncastable(value, 'A point is an object with the numbers x and y.');
  return `(${numberText(x)},${numberText(y)})`;
}

/** pgvector's `[1,2,3]`. */
export function vectorText(value: Value): string {
  if (!Array.isArray(value)) return plainText(value);
  return `[${(value as readonly Value[]).map(numberText).join(',')}]`;
}

function plainText(value: Value): string {
  if (typeof value === 'string') return value;
  if (value instanceof Untyped) return value.text;
  throw uncastable(value);
}
