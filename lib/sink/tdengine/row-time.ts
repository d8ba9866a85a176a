import type { Message, Row } from '../../message/contract.ts';
import type { RowTime } from '../../rule/schema/tdengine-sink.ts';
import { parseTimestamp } from '../../select/functions/timestamp-parse.ts';
import { parsePattern } from '../../select/functions/timestamp-pattern.ts';
import { isUnknown } from '../../select/values/compare.ts';
import { RecordError } from '../../select/values/record-error.ts';
import { Timestamp } from '../../select/values/timestamp.ts';
import { Untyped, type Value } from '../../select/values/value.ts';
import type { Problem } from './fault.ts';
import { fieldReader } from './fields.ts';
import { LATEST, type Precision, parseMoment, type Ticks, ticksOfNumber, ticksOfTimestamp } from './ticks.ts';

/** A row's time in the database's unit, or what is wrong with it. */
export type ReadTime = (row: Row, message: Message) => Ticks | Problem;

export interface TimeOptions {
  readonly time: RowTime;
  readonly precision: Precision;
  /** How long the database keeps rows, in milliseconds. */
  readonly keepMs?: number;
  /** What to do where there is no timestamp. */
  readonly onNull: 'fail' | 'discard' | 'message-time';
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

export function timeReader(options: TimeOptions): ReadTime {
  const { time, precision, onNull } = options;
  const ofMessage = (message: Message) => ticksOfNumber(message.timestamp, 'ms', precision)!;
  const inKeep = keepCheck(options);
  if (time.kind === 'message') return (_row, message) => inKeep(ofMessage(message), 'the time of the message');
  const read = fieldReader(time.field, options.clock);
  const convert = converter(time, precision);
  const about = `timestamp (${time.field})`;
  return (row, message) => {
    const value = read(row);
    if (isUnknown(value)) {
      if (onNull === 'message-time') return inKeep(ofMessage(message), 'the time of the message');
      return { kind: 'nullTimestamp', about, reason: 'is null or missing' };
    }
    const ticks = convert(value);
    if (ticks !== undefined) return inKeep(ticks, about);
    const wanted = time.kind === 'number' ? `a number of ${time.unit} since 1970` : `a time as ${time.format}`;
    return { kind: 'typeMismatch', about, reason: `is not ${wanted}` };
  };
}

function converter(
  time: Exclude<RowTime, { kind: 'message' }>,
  precision: Precision,
): (value: Value) => Ticks | undefined {
  if (time.kind === 'number') return (value) => ticksOfNumber(value, time.unit, precision);
  const parse = time.format === 'rfc3339' ? parseMoment : patternParser(time.format);
  return (value) => {
    if (value instanceof Timestamp) return ticksOfTimestamp(value, precision);
    const text = value instanceof Untyped ? value.text : value;
    const moment = typeof text === 'string' ? parse(text) : undefined;
    return moment === undefined ? undefined : ticksOfTimestamp(moment, precision);
  };
}

function patternParser(format: string): (text: string) => Timestamp | undefined {
  const parse = parseTimestamp(parsePattern(format));
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      if (error instanceof RecordError) return undefined;
      throw error;
    }
  };
}

const NAMES = { ms: 'milliseconds', us: 'microseconds', ns: 'nanoseconds' } as const;

/** The clock is looked at once for so many rows. */
const ROWS_A_LOOK = 1000;

/** The server refuses these without saying which row it was: found here, they cost no statement. */
function keepCheck({ precision, keepMs, clock }: TimeOptions): (ticks: Ticks, about: string) => Ticks | Problem {
  const latest = LATEST[precision];
  let earliest: Ticks = 0;
  let left = 0;
  return (ticks, about) => {
    if (ticks > latest) {
      const reason = `is later than any that a database in ${NAMES[precision]} takes: its unit may be a finer one`;
      return { kind: 'outOfKeep', about, reason };
    }
    if (keepMs === undefined) return ticks;
    if (left-- === 0) {
      earliest = ticksOfNumber(clock() - keepMs, 'ms', precision)!;
      left = ROWS_A_LOOK;
    }
    if (ticks >= earliest) return ticks;
    const days = Math.floor(keepMs / 86_400_000);
    return { kind: 'outOfKeep', about, reason: `is older than the ${days} days that the database keeps` };
  };
}
