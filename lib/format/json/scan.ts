import { skipPlain, WORD, wordsOf } from './words.ts';

/**
 * JSON text as bytes (RFC 8259), looked at where it stands: nothing is decoded and nothing is allocated.
 *
 * `validate` is strict and accepts exactly what `JSON.parse` accepts of the same text, but for nesting beyond MAX_DEPTH;
 * bytes in strings that are not UTF-8 pass. Every other function here takes text that `validate` has accepted, and is
 * fast because it need not check.
 */

/** The most containers that may stand in each other. */
export const MAX_DEPTH = 1000;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
/** From an opening bracket's code to its closing one's. */
export const TO_CLOSE = 2;

/** The containers that `validate` is in. It never runs twice at once. */
const open = new Uint8Array(MAX_DEPTH);

const LITERALS: Readonly<Record<number, Uint8Array>> = {
  116: Buffer.from('true'),
  102: Buffer.from('false'),
  110: Buffer.from('null'),
};

/** Index of the first byte in [at, to) that is not white space, or `to`. */
export function skipSpace(bytes: Uint8Array, at: number, to: number): number {
  while (at < to) {
    const byte = bytes[at]!;
    if (byte > 0x20 || (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09)) return at;
    at++;
  }
  return to;
}

/**
 * Whether [from, to) is one JSON value with white space around it: `to` if so, else `~at`, where `at` is the byte that
 * cannot stand there.
 */
export function validate(bytes: Uint8Array, from: number, to: number): number {
  const behind = validateValue(bytes, skipSpace(bytes, from, to), to);
  if (behind < 0) return behind;
  const rest = skipSpace(bytes, behind, to);
  return rest === to ? to : ~rest;
}

/**
 * Behind the valid JSON value that begins at `at`, else `~at`, as above. A number may go on behind a result of `to`.
 * `outer`: how many containers it stands in.
 */
export function validateValue(bytes: Uint8Array, from: number, to: number, outer = 0): number {
  let depth = outer;
  let at = from;
  for (;;) {
    if (at >= to) return ~to;
    const byte = bytes[at]!;
    if (byte === QUOTE) {
      at = checkString(bytes, at, to);
    } else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      if (depth === MAX_DEPTH) return ~at;
      open[depth++] = byte;
      if (bytes[++at]! <= 0x20) at = passSpace(bytes, at, to);
      if (at >= to) return ~to;
      if (bytes[at] !== byte + TO_CLOSE) {
        if (byte === OPEN_OBJECT) {
          at = checkKey(bytes, at, to);
          if (at < 0) return at;
          if (bytes[at]! <= 0x20) at = passSpace(bytes, at, to);
        }
        continue;
      }
      depth--;
      at++;
    } else {
      at = byte === 0x2d || (byte >= 0x30 && byte <= 0x39) ? checkNumber(bytes, at, to) : checkLiteral(bytes, at, to);
    }
    if (at < 0) return at;
    for (;;) {
      if (depth === outer) return at;
      if (bytes[at]! <= 0x20) at = passSpace(bytes, at, to);
      if (at >= to) return ~to;
      const container = open[depth - 1]!;
      if (bytes[at] === container + TO_CLOSE) {
        depth--;
        at++;
        continue;
      }
      if (bytes[at] !== COMMA) return ~at;
      if (bytes[++at]! <= 0x20) at = passSpace(bytes, at, to);
      if (container === OPEN_OBJECT) {
        at = checkKey(bytes, at, to);
        if (at < 0) return at;
        if (bytes[at]! <= 0x20) at = passSpace(bytes, at, to);
      }
      break;
    }
  }
}

/** Whether validation has met white space between tokens since `space` was last false. */
export const met = { space: false };

/** As `skipSpace`, and tells of it. */
export function passSpace(bytes: Uint8Array, at: number, to: number): number {
  met.space = true;
  return skipSpace(bytes, at, to);
}

/** Why `validate` refused the byte `at` of [from, to), without a word of the text. */
export function refusal(bytes: Uint8Array, from: number, at: number, to: number): string {
  if (at >= to) return 'the value ends too early';
  const byte = bytes[at]!;
  if ((byte === OPEN_ARRAY || byte === OPEN_OBJECT) && depthAt(bytes, from, at) === MAX_DEPTH) {
    return `more than ${MAX_DEPTH} containers stand in each other`;
  }
  return `byte 0x${byte.toString(16).padStart(2, '0')} cannot stand there`;
}

/** Behind the value that begins at `at`. */
export function skipValue(bytes: Uint8Array, at: number, to: number): number {
  const byte = bytes[at]!;
  if (byte === QUOTE) return skipString(bytes, at, to);
  if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) return skipContainer(bytes, at, to);
  while (at < to && !endsScalar(bytes[at]!)) at++;
  return at;
}

/** Behind the string whose opening quote stands at `at`. */
export function skipString(bytes: Uint8Array, at: number, to: number): number {
  for (at++; at < to; at++) {
    const byte = bytes[at]!;
    if (byte === QUOTE) return at + 1;
    if (byte === BACKSLASH) at++;
  }
  return to;
}

/**
 * Where the value of the first member stands whose key `matches`, or -1. `at` is the object's opening bracket; `matches`
 * is given the key's bytes between its quotes, escapes included.
 */
export function findMember(
  bytes: Uint8Array,
  at: number,
  to: number,
  matches: (from: number, to: number) => boolean,
): number {
  at = skipSpace(bytes, at + 1, to);
  while (at < to && bytes[at] === QUOTE) {
    const behindKey = skipString(bytes, at, to);
    const found = matches(at + 1, behindKey - 1);
    at = skipSpace(bytes, skipSpace(bytes, behindKey, to) + 1, to);
    if (found) return at;
    at = skipSpace(bytes, skipValue(bytes, at, to), to);
    if (bytes[at] !== COMMA) return -1;
    at = skipSpace(bytes, at + 1, to);
  }
  return -1;
}

/** Where the first element of the array at `at` stands, or -1 if it has none. */
export function firstElement(bytes: Uint8Array, at: number, to: number): number {
  at = skipSpace(bytes, at + 1, to);
  return at >= to || bytes[at] === CLOSE_ARRAY ? -1 : at;
}

/** Where the element after the one that ends at `behind` stands, or -1 if there is none. */
export function nextElement(bytes: Uint8Array, behind: number, to: number): number {
  const at = skipSpace(bytes, behind, to);
  return at < to && bytes[at] === COMMA ? skipSpace(bytes, at + 1, to) : -1;
}

function skipContainer(bytes: Uint8Array, at: number, to: number): number {
  let depth = 0;
  while (at < to) {
    const byte = bytes[at]!;
    if (byte === QUOTE) {
      at = skipString(bytes, at, to);
      continue;
    }
    at++;
    if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth++;
    else if ((byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) && --depth === 0) return at;
  }
  return to;
}

function endsScalar(byte: number): boolean {
  return byte <= 0x20 || byte === COMMA || byte === CLOSE_ARRAY || byte === CLOSE_OBJECT;
}

/** Behind the colon of the key whose opening quote stands at `at`, else `~at`. */
export function checkKey(bytes: Uint8Array, at: number, to: number): number {
  if (at >= to || bytes[at] !== QUOTE) return ~Math.min(at, to);
  const behind = checkString(bytes, at, to);
  if (behind < 0) return behind;
  const colon = bytes[behind] === COLON ? behind : passSpace(bytes, behind, to);
  return colon < to && bytes[colon] === COLON ? colon + 1 : ~colon;
}

/** Behind the valid string whose opening quote stands at `at`, else `~at`. */
export function checkString(bytes: Uint8Array, at: number, to: number): number {
  const words = wordsOf(bytes);
  const last = bytes.length - WORD;
  for (at++; ; at++) {
    at = skipPlain(words, last, at, to);
    if (at >= to) return ~to;
    const byte = bytes[at]!;
    if (byte === QUOTE) return at + 1;
    if (byte !== BACKSLASH) return ~at;
    at = checkEscape(bytes, at + 1, to);
    if (at < 0) return at;
  }
}

/** Returns the escape's last byte. */
function checkEscape(bytes: Uint8Array, at: number, to: number): number {
  if (at === to) return ~to;
  switch (bytes[at]) {
    case QUOTE:
    case BACKSLASH:
    case 0x2f:
    case 0x62:
    case 0x66:
    case 0x6e:
    case 0x72:
    case 0x74:
      return at;
    case 0x75: {
      for (let i = 1; i <= 4; i++) {
        if (at + i === to) return ~to;
        if (!isHex(bytes[at + i]!)) return ~(at + i);
      }
      return at + 4;
    }
    default:
      return ~at;
  }
}

function checkNumber(bytes: Uint8Array, at: number, to: number): number {
  if (bytes[at] === 0x2d) at++;
  if (at < to && bytes[at] === 0x30) at++;
  else at = checkDigits(bytes, at, to);
  if (at >= 0 && at < to && bytes[at] === 0x2e) at = checkDigits(bytes, at + 1, to);
  if (at >= 0 && at < to && (bytes[at]! | 0x20) === 0x65) {
    at++;
    if (at < to && (bytes[at] === 0x2b || bytes[at] === 0x2d)) at++;
    at = checkDigits(bytes, at, to);
  }
  return at;
}

/** At least one digit. */
function checkDigits(bytes: Uint8Array, at: number, to: number): number {
  const from = at;
  while (at < to && bytes[at]! >= 0x30 && bytes[at]! <= 0x39) at++;
  return at === from ? ~at : at;
}

function checkLiteral(bytes: Uint8Array, at: number, to: number): number {
  const literal = LITERALS[bytes[at]!];
  if (literal === undefined) return ~at;
  for (let i = 1; i < literal.length; i++)
    if (at + i >= to || bytes[at + i] !== literal[i]) return ~Math.min(at + i, to);
  return at + literal.length;
}

function isHex(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);
}

function depthAt(bytes: Uint8Array, from: number, at: number): number {
  let depth = 0;
  for (let i = from; i < at; i++) {
    const byte = bytes[i]!;
    if (byte === QUOTE) i = skipString(bytes, i, at) - 1;
    else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) depth++;
    else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) depth--;
  }
  return depth;
}
