import { Decimal, DIGITS } from '../../select/values/decimal.ts';
import { integerOf } from '../../select/values/integer.ts';
import { RecordError } from '../../select/values/record-error.ts';
import { Untyped, type Value } from '../../select/values/value.ts';
import type { BinaryMode } from '../options.ts';

const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;
const HEX = /^(?:[0-9a-f]{2})*$/i;

/** Throws RecordError `WireTypeMismatch` for text that is not of the mode. */
export function bytesOf(text: string, mode: BinaryMode): Buffer {
  if (mode === 'hex') {
    if (!HEX.test(text)) throw new RecordError('WireTypeMismatch', 'bytes are not written in hex');
    return Buffer.from(text, 'hex');
  }
  if (!BASE64.test(text)) throw new RecordError('WireTypeMismatch', 'bytes are not written in base64');
  // Node reads both alphabets.
  return Buffer.from(text, 'base64');
}

/** Bytes as PostgreSQL and TDengine read them: `\xdeadbeef`. */
export function hexText(bytes: Buffer): string {
  return `\\x${bytes.toString('hex')}`;
}

/** A big-endian number in two's complement; no bytes are 0. */
function unscaledOf(bytes: Buffer): bigint {
  if (bytes.length === 0) return 0n;
  const unsigned = BigInt(`0x${bytes.toString('hex')}`);
  return bytes[0]! >= 0x80 ? unsigned - (1n << BigInt(bytes.length * 8)) : unsigned;
}

/** A decimal from its unscaled value in base64. Exact: one of more than 38 digits stays text that reads as a number. */
export function decimalOf(base64: string, scale: number): Value {
  const unscaled = unscaledOf(bytesOf(base64, 'base64'));
  if (scale === 0) {
    const integer = integerOf(unscaled);
    if (integer !== undefined) return integer;
  }
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString();
  if (digits.length <= DIGITS) return Decimal.of(unscaled, 0 - scale);
  const sign = unscaled < 0n ? '-' : '';
  if (scale <= 0) return new Untyped(`${sign}${digits}${'0'.repeat(-scale)}`);
  const padded = digits.padStart(scale + 1, '0');
  return new Untyped(`${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`);
}

/**
 * A bit string from its little-endian bytes: `10100101`.
 * @param length how many bits; undefined: as many as there are from the first 1 on, since the event does not tell
 */
export function bitsOf(base64: string, length: number | undefined): string {
  let bits = '';
  for (const byte of bytesOf(base64, 'base64')) bits = byte.toString(2).padStart(8, '0') + bits;
  if (length === undefined) return bits.replace(/^0+/, '');
  return bits.length > length ? bits.slice(-length) : bits.padStart(length, '0');
}
