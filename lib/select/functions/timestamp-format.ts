import { offsetText, type Timestamp } from '../values/timestamp.ts';
import { MONTHS, type PatternField } from './timestamp-pattern.ts';

const digits = (n: number, width: number) => String(n).padStart(width, '0');

/** TO_STRING: what a timestamp does not say (the hour of `2010T`) is its first moment's. */
export function formatTimestamp(pattern: readonly PatternField[], timestamp: Timestamp): string {
  return pattern.map((field) => (field.kind === 'text' ? field.text : format(field, timestamp))).join('');
}

function format({ symbol, width }: Extract<PatternField, { kind: 'field' }>, t: Timestamp): string {
  switch (symbol) {
    case 'y':
      return width === 2 ? digits(t.year % 100, 2) : digits(t.year, width);
    case 'M':
      return width < 3 ? digits(t.month, width) : monthName(t.month, width);
    case 'd':
      return digits(t.day, width);
    case 'a':
      return t.hour < 12 ? 'AM' : 'PM';
    case 'h':
      return digits(t.hour % 12 === 0 ? 12 : t.hour % 12, width);
    case 'H':
      return digits(t.hour, width);
    case 'm':
      return digits(t.minute, width);
    case 's':
      return digits(t.second, width);
    case 'S':
      return t.fraction.slice(0, width).padEnd(width, '0');
    case 'n':
      return String(Number(t.fraction.slice(0, 9).padEnd(9, '0')));
    case 'X':
      return (t.offset ?? 0) === 0 ? 'Z' : zone(t.offset ?? 0, width);
    case 'x':
      return zone(t.offset ?? 0, width);
  }
}

function monthName(month: number, width: number): string {
  const name = MONTHS[month - 1]!;
  return width === 3 ? name.slice(0, 3) : width === 4 ? name : name.slice(0, 1);
}

/** One letter: hours, and minutes only where there are some. */
function zone(offset: number, width: number): string {
  if (width === 1) return offset % 60 === 0 ? offsetText(offset, '').slice(0, 3) : offsetText(offset, '');
  return offsetText(offset, width === 3 || width === 5 ? ':' : '');
}
