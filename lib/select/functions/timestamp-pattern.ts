import { RecordError } from '../values/record-error.ts';

/** A letter that comes `width` times, or text that stands for itself. */
export type PatternField =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'field'; readonly symbol: PatternSymbol; readonly width: number };

/** How often each letter may come. `a` is AM or PM, `n` nanoseconds, `X` and `x` offsets with and without `Z`. */
const WIDTHS = {
  y: [1, 2, 4],
  M: [1, 2, 3, 4, 5],
  d: [1, 2],
  a: [1],
  h: [1, 2],
  H: [1, 2],
  m: [1, 2],
  s: [1, 2],
  S: [1, 2, 3, 4, 5, 6, 7, 8, 9],
  n: [1],
  X: [1, 2, 3, 4, 5],
  x: [1, 2, 3, 4, 5],
} as const satisfies Readonly<Record<string, readonly number[]>>;
export type PatternSymbol = keyof typeof WIDTHS;

const isSymbol = (letter: string): letter is PatternSymbol => Object.hasOwn(WIDTHS, letter);

/** Reads a timestamp pattern. Throws RecordError with one of AWS's `EvaluatorInvalidTimestampFormatPattern…` codes. */
export function parsePattern(pattern: string): PatternField[] {
  const fields: PatternField[] = [];
  let at = 0;
  while (at < pattern.length) {
    const letter = pattern[at]!;
    if (letter === "'") {
      const close = closingQuote(pattern, at);
      fields.push({ kind: 'text', text: close === at + 1 ? "'" : pattern.slice(at + 1, close).replaceAll("''", "'") });
      at = close + 1;
    } else if (/[A-Za-z]/.test(letter)) {
      let end = at;
      while (pattern[end] === letter) end++;
      fields.push(field(letter, end - at));
      at = end;
    } else {
      fields.push({ kind: 'text', text: letter });
      at++;
    }
  }
  return fields;
}

function closingQuote(pattern: string, open: number): number {
  let at = open + 1;
  if (pattern[at] === "'") return at;
  for (;;) {
    at = pattern.indexOf("'", at);
    if (at < 0) {
      throw new RecordError(
        'EvaluatorUnterminatedTimestampFormatPatternToken',
        'a quote in the timestamp pattern does not end',
      );
    }
    if (pattern[at + 1] !== "'") return at;
    at += 2;
  }
}

function field(letter: string, width: number): PatternField {
  if (!isSymbol(letter)) {
    const reason = `the letter ${letter} means nothing in a timestamp pattern; put text in quotes`;
    throw new RecordError('EvaluatorInvalidTimestampFormatPatternSymbol', reason);
  }
  if (!(WIDTHS[letter] as readonly number[]).includes(width)) {
    const reason = `the letter ${letter} cannot come ${width} times in a timestamp pattern`;
    throw new RecordError('EvaluatorInvalidTimestampFormatPatternToken', reason);
  }
  return { kind: 'field', symbol: letter, width };
}

export const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;
