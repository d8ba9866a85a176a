import { createHash } from 'node:crypto';
import { isList } from '../../select/values/compare.ts';
import { Struct, type Value } from '../../select/values/value.ts';

/**
 * Recognises what stands for a value that did not change and that the source's log does not hold. Each type has its own
 * form: the placeholder itself (text, json, one element of text[]), its bytes in base64 or hex (bytea), its bytes as
 * numbers (int[]), the name-based UUID of it (uuid[]), a map of it to itself (hstore).
 */
export function unavailableValues(placeholder: string): (value: Value) => boolean {
  const bytes = Buffer.from(placeholder);
  const map = JSON.stringify({ [placeholder]: placeholder });
  const texts = new Set([
    placeholder,
    map,
    bytes.toString('base64'),
    bytes.toString('base64').replaceAll('+', '-').replaceAll('/', '_'),
    bytes.toString('base64url'),
    bytes.toString('hex'),
  ]);
  const lengths = new Set([...texts].map((text) => text.length));
  const uuid = nameBasedUuid(bytes);
  return (value) => {
    if (typeof value === 'string') return lengths.has(value.length) && texts.has(value);
    if (isList(value)) {
      if (value.length === 1) return value[0] === placeholder || value[0] === uuid;
      return value.length === bytes.length && value.every((item, i) => item === bytes[i]);
    }
    return value instanceof Struct && value.names.length === 1 && isItself(value, placeholder);
  };
}

function isItself({ names, values }: Struct, placeholder: string): boolean {
  return names[0] === placeholder && values[0] === placeholder;
}

/** Version 3: MD5 of the name, with the version and the variant written into it. */
function nameBasedUuid(name: Buffer): string {
  const hash = createHash('md5').update(name).digest();
  hash[6] = (hash[6]! & 0x0f) | 0x30;
  hash[8] = (hash[8]! & 0x3f) | 0x80;
  return hash.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
