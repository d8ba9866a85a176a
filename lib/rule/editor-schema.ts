import { CONNECTIONS, RULE_KINDS, RULES } from './kinds.ts';
import type { Shape } from './shape.ts';

const DRAFT = 'http://json-schema.org/draft-07/schema#';

/** JSON Schema for editors, of `connections.yml`. */
export function connectionsEditorSchema(): object {
  return { $schema: DRAFT, title: 'The connections of Sluice', ...fileSchema(CONNECTIONS.shape, []) };
}

/** JSON Schema for editors, of `rules/*.yml`: what else may stand in a file is told by its `kind`. */
export function ruleEditorSchema(): object {
  const description = RULE_KINDS.map(
    (kind) => `\`${kind}\`: ${RULES[kind].shape.properties?.['kind']?.description}`,
  ).join(' ');
  return {
    $schema: DRAFT,
    title: 'A rule of Sluice',
    type: 'object',
    properties: { kind: { description, enum: RULE_KINDS } },
    required: ['kind'],
    allOf: RULE_KINDS.map((kind) => ({
      if: { properties: { kind: { const: kind } }, required: ['kind'] },
      // biome-ignore lint/suspicious/noThenProperty: JSON Schema's own word
      then: fileSchema(RULES[kind].shape, RULES[kind].fixed),
    })),
  };
}

/** Adds what holds for the files and not for the values: `stages:`, `null`, and variables in place of what is not text. */
function fileSchema(shape: Shape, fixed: readonly string[]): object {
  const base = loosened(shape, false);
  const block = loosened(shape, true);
  const differing = Object.entries(block.properties ?? {}).filter(([name]) => !fixed.includes(name));
  const stages = {
    type: 'object',
    description: 'What differs on a stage: maps merge, lists and scalars replace, `null` removes.',
    additionalProperties: { ...block, type: ['object', 'null'], properties: Object.fromEntries(differing) },
  };
  return { ...base, properties: { ...base.properties, stages } };
}

/** @param partial whether everything may be left out or be `null`, as in a stage's block */
function loosened(shape: Shape, partial: boolean): Shape {
  const { notes, value } = apart(shape);
  const inner = shape.anyOf ?? shape.oneOf;
  if (inner !== undefined) return { ...notes, anyOf: inner.map((each) => loosened(each, partial)) };
  if (shape.items !== undefined) return { ...notes, ...value, items: loosened(shape.items, false) };
  if (shape.type === 'object') return { ...notes, ...object(value, partial) };
  const isAnyText =
    value.type === 'string' && Object.keys(value).every((key) => key === 'type' || key.endsWith('Length'));
  // A number, a word of a list or a text of a form may come from a variable, which has another form.
  return { ...notes, ...(isAnyText ? value : { anyOf: [value, { type: 'string', pattern: '\\$\\{' }] }) };
}

function object(shape: Shape, partial: boolean): Shape {
  const { properties, additionalProperties: others, required = [], ...rest } = shape;
  const named = Object.entries(properties ?? {}).map(([name, each]) => {
    const inner = loosened(each, partial);
    return [name, partial || !required.includes(name) ? nullable(inner) : inner] as const;
  });
  const any = typeof others === 'object' ? loosened(others, partial) : others;
  return {
    ...rest,
    ...(named.length === 0 ? {} : { properties: Object.fromEntries(named) }),
    ...(partial || required.length === 0 ? {} : { required }),
    ...(any === undefined ? {} : { additionalProperties: partial && typeof any === 'object' ? nullable(any) : any }),
  };
}

function nullable(shape: Shape): Shape {
  const { notes, value } = apart(shape);
  return { ...notes, anyOf: [...(value.anyOf ?? [value]), { type: 'null' }] };
}

/** What a schema says to the reader, and what it says of the value. */
function apart({ description, default: preset, title, ...value }: Shape): { notes: Shape; value: Shape } {
  const notes = {
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
    ...(preset === undefined ? {} : { default: preset }),
  };
  return { notes, value };
}
