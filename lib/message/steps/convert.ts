import { SluiceError } from '../../failure/index.ts';
import { parseTimestamp } from '../../select/functions/timestamp-parse.ts';
import { parsePattern } from '../../select/functions/timestamp-pattern.ts';
import { cast } from '../../select/values/cast.ts';
import { isList, isUnknown } from '../../select/values/compare.ts';
import { isNumeric, parseNumber } from '../../select/values/number.ts';
import { RecordError } from '../../select/values/record-error.ts';
import { Timestamp } from '../../select/values/timestamp.ts';
import { Struct, Untyped, type Value } from '../../select/values/value.ts';
import { timestampOfEpoch } from '../epoch.ts';
import { FieldFinder } from '../field-finder.ts';
import { jsonText } from '../json/text.ts';
import type { ConvertOptions, ConvertType } from '../options.ts';
import { type CompiledStep, withRow } from './fields.ts';
import { missingField } from './missing-field.ts';

type Convert = (value: Value) => Value;

/** Throws SluiceError `BadPattern`. */
export function compileConvert(fields: Readonly<Record<string, ConvertType | ConvertOptions>>): CompiledStep {
  const conversions = Object.entries(fields).map(([name, wanted]) => {
    const options: ConvertOptions = typeof wanted === 'string' ? { type: wanted } : wanted;
    return { name, finder: new FieldFinder(name, true), convert: tolerant(name, options, conversion(options)) };
  });
  return {
    run(step) {
      const { row } = step;
      const values = [...row.values];
      for (const { finder, convert } of conversions) {
        const place = finder.placeIn(row);
        if (place >= 0 && !isUnknown(values[place]!)) values[place] = convert(values[place]!);
      }
      return withRow(step, new Struct(row.names, values));
    },
    carry: (name) => (Object.hasOwn(fields, name) ? undefined : name),
    warn: (rows) => conversions.flatMap(({ finder }) => missingField(finder, rows)),
  };
}

function tolerant(name: string, { type, onFail }: ConvertOptions, convert: Convert): Convert {
  return (value) => {
    try {
      return convert(value);
    } catch (error) {
      if (!(error instanceof RecordError)) throw error;
      if (onFail === 'null') return null;
      throw new RecordError('StepFailed', `the field ${name} is no ${type}: ${error.reason}`);
    }
  };
}

function conversion({ type, unit, format }: ConvertOptions): Convert {
  switch (type) {
    case 'int':
      return (value) => cast(value, 'INT');
    case 'decimal':
      return (value) => cast(value, 'DECIMAL');
    case 'float':
      return (value) => cast(value, 'FLOAT');
    case 'bool':
      return (value) => cast(value, 'BOOL');
    case 'text':
      return (value) => (isList(value) || value instanceof Struct ? jsonText(value) : cast(value, 'STRING'));
    case 'timestamp':
      return timestampOf(unit, format);
  }
}

function timestampOf(unit: ConvertOptions['unit'], format: string | undefined): Convert {
  const parse = format === undefined ? parseCommon : patternOf(format);
  return (value) => {
    if (value instanceof Timestamp) return value;
    const text = value instanceof Untyped ? value.text : value;
    if (unit === undefined) {
      if (typeof text === 'string') return parse(text);
      throw new RecordError('CastFailed', 'it is not text; a number needs a unit: s, ms, us or ns');
    }
    const number = typeof text === 'string' ? parseNumber(text) : text;
    if (number === undefined || !isNumeric(number)) throw new RecordError('CastFailed', 'it is not a number');
    return timestampOfEpoch(number, unit);
  };
}

function patternOf(format: string): (text: string) => Timestamp {
  try {
    return parseTimestamp(parsePattern(format));
  } catch (error) {
    if (!(error instanceof RecordError)) throw error;
    const fix = "Write it as for TO_TIMESTAMP: 'yyyy-MM-dd HH:mm:ss'.";
    throw new SluiceError('BadPattern', `the format ${format} cannot be used: ${error.reason}`, {
      stage: 'message',
      fix,
    });
  }
}

const COMMON = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d(?::\d\d(?:\.\d+)?)?) ?(Z|[+-]\d\d(?::?\d\d)?)?$/;

/** RFC 3339, also with a space instead of the T, and without a zone, which is then not known. */
function parseCommon(text: string): Timestamp {
  const [, date, time, zone = '-00:00'] = COMMON.exec(text) ?? [];
  const offset = zone.length === 3 ? `${zone}:00` : zone.replace(/^([+-]\d\d)(\d\d)$/, '$1:$2');
  const timestamp = Timestamp.parse(date === undefined ? text : `${date}T${time}${offset}`);
  if (timestamp === undefined) throw new RecordError('CastFailed', 'it is not RFC 3339; give its format');
  return timestamp;
}
