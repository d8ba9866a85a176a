import { z } from 'zod';
import {
  BINARY_MODES,
  CHARSETS,
  DECIMAL_MODES,
  MESSAGE_FORMATS,
  NESTINGS,
  type Nesting,
} from '../../message/options.ts';
import { text } from './scalars.ts';

const debezium = z.strictObject({
  placeholder: text()
    .default('__debezium_unavailable_value')
    .describe("What stands for a value that did not change: the connector's `unavailable.value.placeholder`."),
  binary: z
    .enum(BINARY_MODES)
    .default('base64')
    .describe("How bytes are written: the connector's `binary.handling.mode`; its `bytes` is `base64` here."),
  decimals: z
    .enum(DECIMAL_MODES)
    .default('string')
    .describe("How decimals are written where events have no schema: the connector's `decimal.handling.mode`."),
  prefix: z
    .string()
    .default('__')
    .describe('What the flattening transform puts before the fields that it adds: its `add.fields.prefix`.'),
});

/** @param nested what a nested object is, unless the rule says */
export const message = (nested: Nesting) =>
  z.strictObject({
    format: z
      .enum(MESSAGE_FORMATS)
      .default('json')
      .describe(
        '`json`: one JSON value, several one after another, or arrays of them; each object is a row. `debezium`: changes of a table, with or without schema, or flattened by its transform. `text`: the whole message, in the field `message`.',
      ),
    charset: z.enum(CHARSETS).default('utf-8').describe('How text is encoded.'),
    nested: z
      .enum(NESTINGS)
      .default(nested)
      .describe(
        '`path`: a nested object is one field, and expressions reach into it (`location.city`). `flatten`: its values are fields of their own, `location_city`, `list_0_name`.',
      ),
    debezium: debezium.prefault({}).describe("What the connector's events do not tell; for `format: debezium`."),
    sample: text()
      .exactOptional()
      .describe('The value of an example message. `sluice preview` can show every step on it.'),
  });
