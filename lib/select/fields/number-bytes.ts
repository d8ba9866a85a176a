const POWERS = Array.from({ length: 16 }, (_, i) => 10 ** i);

/**
 * The number that bytes are when they are `[-]digits[.digits]` of at most 15 digits, else NaN. The double is the nearest to
 * the text; two such texts of different values never have the same double, so that comparing doubles compares the texts.
 */
export function parseShortNumber(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  const negative = bytes[at] === 0x2d;
  if (negative) at++;
  if (to - at > 16 || at >= to) return Number.NaN;
  let value = 0;
  let point = -1;
  const first = at;
  for (; at < to; at++) {
    const digit = bytes[at]! - 0x30;
    if (digit >= 0 && digit <= 9) value = value * 10 + digit;
    else if (digit === -2 && point < 0 && at > first && at + 1 < to) point = at;
    else return Number.NaN;
  }
  const digits = to - first - (point < 0 ? 0 : 1);
  if (digits > 15) return Number.NaN;
  if (point >= 0) value /= POWERS[to - point - 1]!;
  return negative ? -value : value;
}

/** A literal's number when `parseShortNumber` compares rightly with it, else undefined. */
export function shortNumber(text: string): number | undefined {
  const bytes = Buffer.from(text);
  const value = parseShortNumber(bytes, 0, bytes.length);
  return Number.isNaN(value) ? undefined : value;
}
