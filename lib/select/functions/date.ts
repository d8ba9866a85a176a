import { Type } from '../types.ts';
import { RecordError } from '../values/record-error.ts';
import { type DatePart, Timestamp } from '../values/timestamp.ts';
import type { Value } from '../values/value.ts';
import type { Call, FunctionEntry, Strict } from './entry.ts';
import { formatTimestamp } from './timestamp-format.ts';
import { parseTimestamp } from './timestamp-parse.ts';
import { type PatternField, parsePattern } from './timestamp-pattern.ts';

const TIMESTAMP = { name: 'timestamp', types: Type.TIMESTAMP } as const;
const PATTERN = { name: 'pattern', types: Type.STRING } as const;

/** The pattern read once where it is a literal, else again whenever it changes. */
function withPattern<T>(
  constant: Value | undefined,
  use: (pattern: readonly PatternField[]) => T,
): (pattern: Value) => T {
  let source = typeof constant === 'string' ? constant : undefined;
  let ready = source === undefined ? undefined : use(parsePattern(source));
  return (pattern) => {
    if (ready === undefined || pattern !== source) {
      source = pattern as string;
      ready = use(parsePattern(source));
    }
    return ready;
  };
}

function toStringFunction({ constants }: Call): Strict {
  const formats = withPattern(constants[1], (pattern) => (timestamp: Timestamp) => formatTimestamp(pattern, timestamp));
  return (timestamp, pattern) => formats(pattern)(timestamp as Timestamp);
}

function toTimestamp({ constants }: Call): Strict {
  const parses = withPattern(constants[1], parseTimestamp);
  return (text, pattern) => {
    if (pattern !== undefined) return parses(pattern)(text as string);
    const timestamp = Timestamp.parse(text as string);
    if (timestamp === undefined) throw new RecordError('CastFailed', 'TO_TIMESTAMP has a text that is no timestamp');
    return timestamp;
  };
}

function extract(keyword: string): Strict {
  const zone = (timestamp: Timestamp) => timestamp.offset ?? 0;
  switch (keyword) {
    case 'TIMEZONE_HOUR':
      return (timestamp) => Math.trunc(zone(timestamp as Timestamp) / 60) + 0;
    case 'TIMEZONE_MINUTE':
      return (timestamp) => (zone(timestamp as Timestamp) % 60) + 0;
    default: {
      const part = keyword.toLowerCase() as DatePart;
      return (timestamp) => (timestamp as Timestamp)[part];
    }
  }
}

export const DATE_FUNCTIONS: readonly FunctionEntry[] = [
  {
    name: 'DATE_ADD',
    family: 'date',
    signature: 'DATE_ADD(date_part, quantity, timestamp)',
    parameters: [{ name: 'quantity', types: Type.INT }, TIMESTAMP],
    result: Type.TIMESTAMP,
    summary: 'The timestamp with so many years … seconds added. A day that the month does not have becomes its last.',
    implementation: {
      kind: 'strict',
      bind: ({ keyword }) => {
        const part = keyword.toLowerCase() as DatePart;
        return (quantity, timestamp) => (timestamp as Timestamp).add(part, Number(quantity));
      },
    },
  },
  {
    name: 'DATE_DIFF',
    family: 'date',
    signature: 'DATE_DIFF(date_part, from, to)',
    parameters: [
      { name: 'from', types: Type.TIMESTAMP },
      { name: 'to', types: Type.TIMESTAMP },
    ],
    result: Type.INT,
    summary: 'How many whole years … seconds lie between two timestamps; negative when the first is later.',
    implementation: {
      kind: 'strict',
      bind: ({ keyword }) => {
        const part = keyword.toLowerCase() as DatePart;
        return (from, to) => (from as Timestamp).until(to as Timestamp, part);
      },
    },
  },
  {
    name: 'EXTRACT',
    family: 'date',
    signature: 'EXTRACT(date_part FROM timestamp)',
    parameters: [TIMESTAMP],
    result: Type.INT,
    summary: 'One part of the timestamp, as it stands in its own offset; also timezone_hour and timezone_minute.',
    implementation: { kind: 'strict', bind: ({ keyword }) => extract(keyword) },
  },
  {
    name: 'TO_STRING',
    family: 'date',
    signature: 'TO_STRING(timestamp, pattern)',
    parameters: [TIMESTAMP, PATTERN],
    result: Type.STRING,
    summary: 'The timestamp as the pattern writes it: y yy yyyy, M MM MMM MMMM MMMMM, d, H, h, a, m, s, S, n, X, x.',
    implementation: { kind: 'strict', bind: toStringFunction },
  },
  {
    name: 'TO_TIMESTAMP',
    family: 'date',
    signature: 'TO_TIMESTAMP(text [, pattern])',
    parameters: [
      { name: 'text', types: Type.STRING },
      { ...PATTERN, optional: true },
    ],
    result: Type.TIMESTAMP,
    summary: 'The timestamp that the text is, in ISO form or as the pattern reads it.',
    implementation: { kind: 'strict', bind: toTimestamp },
  },
  {
    name: 'UTCNOW',
    family: 'date',
    signature: 'UTCNOW()',
    parameters: [],
    result: Type.TIMESTAMP,
    summary: 'The time at which the query began, in UTC: the same in every record.',
    implementation: {
      kind: 'strict',
      bind: ({ now }) => {
        const time = now();
        return () => time;
      },
    },
  },
];
