import { z } from 'zod';
import { CONVERT_TYPES, STEP_KINDS, type Step, TIME_UNITS } from '../../message/options.ts';
import { expression } from './mapping.ts';
import { text } from './scalars.ts';

const field = text().describe('The field.');

/** In YAML `null` without quotes is no text; inside a list it is not a key that is left out either. */
const word = <T extends string>(given: T | null): T | 'null' => given ?? 'null';
const failOrNull = () => z.union([z.enum(['fail', 'null']), z.null()]).transform(word);

const split = z.strictObject({
  field,
  separator: text().describe('The text between the parts.'),
  count: z
    .int()
    .min(2)
    .max(1000)
    .describe('How many parts: `message` gives `message_0`, `message_1`, … The last holds the rest.'),
  onFewer: failOrNull()
    .prefault('null')
    .describe('Fewer parts than that: `null`: the missing ones are; `fail`: the message is bad.'),
});

const regex = z.strictObject({
  field,
  pattern: text().describe(
    "A regular expression as in JavaScript, with named groups: `'^/api/(?<service>[^/]+)'`. Each group becomes a field.",
  ),
  onMiss: z
    .union([z.enum(['fail', 'null', 'discard']), z.null()])
    .transform(word)
    .prefault('fail')
    .describe('No match: `fail`: the message is bad; `null`: the groups are; `discard`: the row is left out.'),
});

const json = z.strictObject({
  field,
  prefix: z.string().default('').describe("What stands before the members' names."),
  onFail: failOrNull().prefault('fail').describe('No JSON: `fail`: the message is bad; `null`: the field is.'),
});

const conversion = z.union([
  z.enum(CONVERT_TYPES),
  z.strictObject({
    type: z.enum(CONVERT_TYPES).describe('What the field becomes.'),
    unit: z.enum(TIME_UNITS).exactOptional().describe('Of a timestamp that is a number since 1970.'),
    format: text()
      .exactOptional()
      .describe('Of a timestamp that is text: a pattern of `TO_TIMESTAMP`. Default: RFC 3339.'),
    onFail: failOrNull()
      .prefault('fail')
      .describe('What cannot be converted: `fail`: the message is bad; `null`: the field is.'),
  }),
]);

/** A map that holds at least one thing. */
const named = <T extends z.ZodType>(value: T) =>
  z.record(text(), value).refine((map) => Object.keys(map).length > 0, { error: 'a map that is not empty' });

/** Each step is a map of one key, so that a list of steps reads as their order. */
export const steps = z.array(
  z
    .strictObject({
      split: split.exactOptional().describe('Cuts a text at a separator.'),
      regex: regex.exactOptional().describe('Takes parts out of a text.'),
      json: json.exactOptional().describe("Reads a text as JSON; an object's members become fields."),
      convert: named(conversion)
        .exactOptional()
        .describe('Gives fields another type: `{ status: int, at: { type: timestamp, unit: ms } }`.'),
      rename: named(text()).exactOptional().describe('Gives fields another name: `{ old: new }`.'),
      drop: z
        .array(text())
        .min(1, { error: 'a list that is not empty' })
        .exactOptional()
        .describe('Leaves fields out.'),
      set: named(text().transform(expression))
        .exactOptional()
        .describe('Gives fields the value of an expression over the row as it was before: `{ total: price * count }`.'),
      filter: text().exactOptional().describe('A condition. Rows for which it is not true are left out.'),
    })
    .refine((step) => Object.keys(step).length === 1, {
      error: `a map of one key, one of ${STEP_KINDS.join(', ')}`,
      // A key that is none was told of already.
      when: ({ issues }) => issues.length === 0,
    })
    // One key was asked for just above.
    .transform((step) => step as Step),
);
