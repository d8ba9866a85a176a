/** Compares by code point, which is also the order of the UTF-8 bytes; `<` on strings compares UTF-16 units. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  let i = 0;
  while (i < length && a.charCodeAt(i) === b.charCodeAt(i)) i++;
  if (i === length) return a.length - b.length;
  const x = a.charCodeAt(i);
  const y = b.charCodeAt(i);
  // Where only one side is a surrogate it stands for a code point above all others.
  if (x >= 0xd800 && y >= 0xd800) return (isSurrogate(x) ? x + 0x10000 : x) - (isSurrogate(y) ? y + 0x10000 : y);
  return x - y;
}

const isSurrogate = (unit: number) => unit >= 0xd800 && unit <= 0xdfff;

/** How many code points. */
export function countCharacters(text: string): number {
  let count = text.length;
  for (let i = 0; i < text.length - 1; i++) if (isPair(text, i)) count--;
  return count;
}

/** The UTF-16 index of the code point `n` places behind index `from`, or the text's length. */
export function indexOfCharacter(text: string, from: number, n: number): number {
  let at = from;
  while (n > 0 && at < text.length) {
    at += isPair(text, at) ? 2 : 1;
    n--;
  }
  return at;
}

function isPair(text: string, at: number): boolean {
  const first = text.charCodeAt(at);
  if (first < 0xd800 || first > 0xdbff) return false;
  const second = text.charCodeAt(at + 1);
  return second >= 0xdc00 && second <= 0xdfff;
}
