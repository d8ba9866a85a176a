import { RecordError } from '../values/record-error.ts';
import { type Precision, Timestamp } from '../values/timestamp.ts';
import { MONTHS, type PatternField, type PatternSymbol } from './timestamp-pattern.ts';

type Field = Extract<PatternField, { kind: 'field' }>;

/** What a letter stands for: two letters for one thing may not come together. */
const MEANING: Readonly<Record<PatternSymbol, string>> = {
  y: 'year',
  M: 'month',
  d: 'day',
  a: 'half',
  h: 'hour',
  H: 'hour',
  m: 'minute',
  s: 'second',
  S: 'fraction',
  n: 'fraction',
  X: 'offset',
  x: 'offset',
};
/** What must be there for a part to mean a moment. */
const NEEDS: Readonly<Record<string, string>> = {
  month: 'year',
  day: 'month',
  hour: 'day',
  half: 'hour',
  minute: 'hour',
  second: 'minute',
  fraction: 'second',
  offset: 'hour',
};

/**
 * TO_TIMESTAMP with a pattern: makes the reader of its texts. Throws RecordError for a pattern that cannot name a moment
 * (a day without its month, hours of twelve without AM or PM); the reader throws it for a text that the pattern does not fit.
 */
export function parseTimestamp(pattern: readonly PatternField[]): (text: string) => Timestamp {
  const fields = pattern.filter((field) => field.kind === 'field');
  check(fields);
  const source = pattern
    .map((field) => (field.kind === 'text' ? literally(field.text) : `(${expression(field)})`))
    .join('');
  const matcher = new RegExp(`^${source}$`, 'i');
  const precision = finest(fields);
  return (text) => {
    const match = matcher.exec(text);
    const timestamp = match === null ? undefined : build(fields, match.slice(1), precision);
    if (timestamp === undefined)
      throw new RecordError('CastFailed', 'TO_TIMESTAMP has a text that its pattern does not fit');
    return timestamp;
  };
}

const literally = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

function check(fields: readonly Field[]): void {
  const seen = new Map<string, Field>();
  for (const field of fields) {
    const meaning = MEANING[field.symbol];
    if (seen.has(meaning)) {
      throw new RecordError(
        'EvaluatorTimestampFormatPatternDuplicateFields',
        `the timestamp pattern has two fields for the ${meaning}`,
      );
    }
    if (field.symbol === 'M' && field.width === 5) {
      const reason = 'MMMMM, the first letter of a month, cannot be read back';
      throw new RecordError('EvaluatorInvalidTimestampFormatPatternSymbolForParsing', reason);
    }
    seen.set(meaning, field);
  }
  if (!seen.has('year'))
    throw new RecordError('EvaluatorInvalidTimestampFormatPattern', 'the timestamp pattern has no year');
  for (const meaning of seen.keys()) {
    const needed = NEEDS[meaning];
    if (needed !== undefined && !seen.has(needed)) {
      throw new RecordError(
        'EvaluatorInvalidTimestampFormatPattern',
        `the timestamp pattern has a ${meaning} but no ${needed}`,
      );
    }
  }
  const hour = seen.get('hour');
  if (hour !== undefined && (hour.symbol === 'h') !== seen.has('half')) {
    const reason = 'h wants a, AM or PM, beside it in the timestamp pattern, and H must not have it';
    throw new RecordError('EvaluatorTimestampFormatPatternHourClockAmPmMismatch', reason);
  }
}

function expression({ symbol, width }: Field): string {
  switch (symbol) {
    case 'y':
      return width === 1 ? '\\d{1,4}' : `\\d{${width}}`;
    case 'M':
      return width < 3 ? oneOrTwo(width) : MONTHS.map((name) => (width === 3 ? name.slice(0, 3) : name)).join('|');
    case 'a':
      return 'AM|PM';
    case 'S':
      return `\\d{${width}}`;
    case 'n':
      return '\\d{1,9}';
    case 'X':
      return `Z|${zone(width)}`;
    case 'x':
      return zone(width);
    default:
      return oneOrTwo(width);
  }
}

const oneOrTwo = (width: number) => (width === 1 ? '\\d{1,2}' : '\\d{2}');

function zone(width: number): string {
  if (width === 1) return '[+-]\\d{2}(?:\\d{2})?';
  return width === 3 || width === 5 ? '[+-]\\d{2}:\\d{2}' : '[+-]\\d{4}';
}

function finest(fields: readonly Field[]): Precision {
  const meanings = new Set(fields.map((field) => MEANING[field.symbol]));
  if (meanings.has('second')) return 'second';
  if (meanings.has('hour')) return 'minute';
  return meanings.has('day') ? 'day' : meanings.has('month') ? 'month' : 'year';
}

function build(fields: readonly Field[], texts: readonly string[], precision: Precision): Timestamp | undefined {
  const parts: { year: number; month?: number; day?: number; hour?: number; minute?: number; second?: number } = {
    year: 0,
  };
  let afternoon: boolean | undefined;
  let fraction = '';
  let offset: number | undefined;
  for (const [i, { symbol, width }] of fields.entries()) {
    const text = texts[i]!;
    const number = Number(text);
    if (symbol === 'y') parts.year = width === 2 ? (number < 70 ? 2000 : 1900) + number : number;
    else if (symbol === 'M') parts.month = width < 3 ? number : monthOf(text);
    else if (symbol === 'd') parts.day = number;
    else if (symbol === 'h' || symbol === 'H') parts.hour = number;
    else if (symbol === 'a') afternoon = text.toUpperCase() === 'PM';
    else if (symbol === 'm') parts.minute = number;
    else if (symbol === 's') parts.second = number;
    else if (symbol === 'S') fraction = text;
    else if (symbol === 'n') fraction = text.padStart(9, '0');
    else offset = offsetOf(text);
  }
  if (afternoon !== undefined) {
    if (parts.hour === undefined || parts.hour < 1 || parts.hour > 12) return undefined;
    parts.hour = (parts.hour % 12) + (afternoon ? 12 : 0);
  }
  return Timestamp.of({ ...parts, fraction, offset, precision });
}

function monthOf(text: string): number {
  return MONTHS.findIndex((name) => name.toLowerCase().startsWith(text.toLowerCase())) + 1;
}

/** NaN, which no timestamp takes, for minutes beyond 59. */
function offsetOf(text: string): number {
  if (text.toUpperCase() === 'Z') return 0;
  const minutes = Number(text.slice(3).replace(':', ''));
  if (minutes > 59) return Number.NaN;
  return (text[0] === '-' ? -1 : 1) * (Number(text.slice(1, 3)) * 60 + minutes);
}
