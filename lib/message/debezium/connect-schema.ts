import { isList } from '../../select/values/compare.ts';
import { Struct, type Value } from '../../select/values/value.ts';
import type { FieldSchema } from '../contract.ts';
import { repairedName } from './names.ts';

/** The member of an object; undefined for what is no object or has none. */
export function member(value: Value | undefined, name: string): Value | undefined {
  if (!(value instanceof Struct)) return undefined;
  const at = value.names.indexOf(name);
  return at < 0 ? undefined : value.values[at];
}

/** The text of a member. */
export function textMember(value: Value | undefined, name: string): string | undefined {
  const text = member(value, name);
  return typeof text === 'string' ? text : undefined;
}

/** The schemas of a struct's fields, as the JSON converter writes them; undefined for what is no schema of a struct. */
export function fieldsOf(schema: Value | undefined): readonly FieldSchema[] | undefined {
  const fields = member(schema, 'fields');
  if (fields === undefined || !isList(fields)) return undefined;
  return fields.map((field) => fieldOf(field));
}

/** The schemas of the fields of one of a struct's fields: of `after` in an envelope. */
export function fieldsBelow(schema: Value | undefined, name: string): readonly FieldSchema[] | undefined {
  const fields = member(schema, 'fields');
  if (fields === undefined || !isList(fields)) return undefined;
  return fieldsOf(fields.find((field) => textMember(field, 'field') === name));
}

function fieldOf(schema: Value | undefined): FieldSchema {
  const logical = textMember(schema, 'name');
  const parameters = member(schema, 'parameters');
  const items = member(schema, 'items');
  const initial = member(schema, 'default');
  return {
    name: repairedName(textMember(schema, 'field') ?? ''),
    type: textMember(schema, 'type') ?? 'string',
    optional: member(schema, 'optional') === true,
    ...(logical === undefined ? {} : { logical }),
    ...(parameters instanceof Struct ? { parameters: textsOf(parameters) } : {}),
    ...(items === undefined ? {} : { items: fieldOf(items) }),
    ...(initial === undefined || initial === null ? {} : { default: initial }),
  };
}

function textsOf({ names, values }: Struct): Record<string, string> {
  return Object.fromEntries(names.map((name, i) => [name, String(values[i])]));
}
