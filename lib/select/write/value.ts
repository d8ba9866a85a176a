import type { WriteBuffer } from '../../format/write-buffer.ts';
import { jsonKey } from '../../format/write-json.ts';
import { textOf } from '../values/cast.ts';
import { isList, isUnknown } from '../values/compare.ts';
import { MISSING } from '../values/missing.ts';
import { isNumeric } from '../values/number.ts';
import { type List, Struct, type Value } from '../values/value.ts';

/** Writes a value that is not MISSING as JSON. Members that are MISSING are left out, list items become null. */
export function writeJsonValue(out: WriteBuffer, value: Value): void {
  if (isUnknown(value)) out.ascii('null');
  else if (typeof value === 'boolean' || isNumeric(value)) out.ascii(textOf(value));
  else if (isList(value)) writeList(out, value);
  else if (value instanceof Struct) writeStruct(out, value);
  else out.utf8(JSON.stringify(textOf(value)));
}

function writeList(out: WriteBuffer, items: List): void {
  out.byte(0x5b);
  items.forEach((item, i) => {
    if (i > 0) out.byte(0x2c);
    writeJsonValue(out, item);
  });
  out.byte(0x5d);
}

function writeStruct(out: WriteBuffer, { names, values }: Struct): void {
  out.byte(0x7b);
  let first = true;
  values.forEach((member, i) => {
    if (member === MISSING) return;
    if (!first) out.byte(0x2c);
    first = false;
    out.raw(jsonKey(names[i]!));
    writeJsonValue(out, member);
  });
  out.byte(0x7d);
}

/** Writes a value as plain text: nothing for NULL and MISSING, JSON for lists and objects. */
export function writePlainValue(out: WriteBuffer, value: Value): void {
  if (isUnknown(value)) return;
  if (isList(value) || value instanceof Struct) writeJsonValue(out, value);
  else out.utf8(textOf(value));
}
