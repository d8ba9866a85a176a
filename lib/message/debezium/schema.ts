import type { Value } from '../../select/values/value.ts';
import type { FieldSchema, Notice } from '../contract.ts';
import type { BinaryMode } from '../options.ts';
import { fieldsBelow, fieldsOf } from './connect-schema.ts';
import { RowDecoder } from './row-decoder.ts';

/** What was made of a schema: once, however many messages it stands in. */
export interface CompiledSchema {
  readonly fields: readonly FieldSchema[];
  readonly rows: RowDecoder;
  /** What a mirror cannot know of such rows. To be told once. */
  readonly notices: readonly Omit<Notice, 'message'>[];
}

export interface SchemaOptions {
  readonly binary: BinaryMode;
  readonly isUnavailable: (value: Value) => boolean;
}

/** The schema of an event's value: an envelope's, whose `after` is the row, or a row's own. Undefined for what is neither. */
export function compileSchema(schema: Value, options: SchemaOptions): CompiledSchema | undefined {
  const own = fieldsOf(schema);
  const isEnvelope = own?.some(({ name }) => name === 'op') && own.some(({ name }) => name === 'source');
  const enveloped = isEnvelope === true ? fieldsBelow(schema, 'after') : undefined;
  const fields = enveloped ?? own;
  if (fields === undefined) return undefined;
  const { binary, isUnavailable } = options;
  const rows = new RowDecoder(fields, isUnavailable, { binary, flattened: enveloped === undefined });
  return { fields, rows, notices: noticesOf(fields) };
}

function noticesOf(fields: readonly FieldSchema[]): Omit<Notice, 'message'>[] {
  const notices: Omit<Notice, 'message'>[] = [];
  const defaults = namesWhere(fields, (field) => field.optional && field.default !== undefined);
  if (defaults !== undefined) {
    notices.push({
      code: 'DefaultForNull',
      text: `NULL cannot be told from the column's default in ${defaults}: the connector's converter may write one for the other`,
      fix: 'Set value.converter.replace.null.with.default=false for the connector.',
    });
  }
  const spans = namesWhere(fields, ({ logical }) => logical?.endsWith('Duration') === true);
  if (spans !== undefined) {
    notices.push({
      code: 'InexactInterval',
      text: `months and days of the intervals in ${spans} are lost: the connector counts them in microseconds`,
      fix: 'Set interval.handling.mode=string for the connector.',
    });
  }
  const zoned = namesWhere(fields, ({ logical }) => logical?.endsWith('.ZonedTime') === true);
  if (zoned !== undefined) {
    const text = `the offsets of the times with time zone in ${zoned} are lost: the connector makes UTC of them`;
    notices.push({ code: 'TimeZoneLost', text });
  }
  return notices;
}

function namesWhere(fields: readonly FieldSchema[], is: (field: FieldSchema) => boolean): string | undefined {
  const names = fields.filter(is).map(({ name }) => name);
  return names.length === 0 ? undefined : names.join(', ');
}
