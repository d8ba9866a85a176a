/** What a message is. Shapes only: the rule's schema checks them, and its output is assignable to these. */

export const MESSAGE_FORMATS = ['json', 'debezium', 'text'] as const;
export type MessageFormat = (typeof MESSAGE_FORMATS)[number];

export const CHARSETS = ['utf-8', 'gbk', 'gb18030', 'big5'] as const;
export type Charset = (typeof CHARSETS)[number];

/** `path`: a nested value is one field, and expressions reach into it. `flatten`: its leaves are fields, `parent_child`, `list_0_child`. */
export const NESTINGS = ['path', 'flatten'] as const;
export type Nesting = (typeof NESTINGS)[number];

/** How the connector writes bytes (`binary.handling.mode`). */
export const BINARY_MODES = ['base64', 'base64-url-safe', 'hex'] as const;
export type BinaryMode = (typeof BINARY_MODES)[number];

/** How the connector writes decimals (`decimal.handling.mode`); `double` is `string` here. Told by the schema where there is one. */
export const DECIMAL_MODES = ['string', 'precise'] as const;
export type DecimalMode = (typeof DECIMAL_MODES)[number];

/** Connector settings that its events do not tell. */
export interface DebeziumOptions {
  /** `unavailable.value.placeholder`. Default: `__debezium_unavailable_value`. */
  readonly placeholder?: string | undefined;
  /** `binary.handling.mode`; `bytes` is `base64` in JSON. Default: base64. */
  readonly binary?: BinaryMode | undefined;
  /** `decimal.handling.mode`, for events without schema. Default: string. */
  readonly decimals?: DecimalMode | undefined;
  /** What the flattening transform puts before fields of its own (`add.fields.prefix`). Default: `__`. */
  readonly prefix?: string | undefined;
}

export interface MessageOptions {
  /** Default: json. */
  readonly format?: MessageFormat | undefined;
  /** Default: utf-8. */
  readonly charset?: Charset | undefined;
  /** Default: path. */
  readonly nested?: Nesting | undefined;
  readonly debezium?: DebeziumOptions | undefined;
}

/**
 * Cuts a text at a separator: `message` by `-` into 2 gives `message_0` and `message_1` in its place. The last part holds
 * the rest, separators and all.
 */
export interface SplitOptions {
  readonly field: string;
  readonly separator: string;
  /** At least 2. */
  readonly count: number;
  /** Fewer parts: the missing ones are null, or the message fails. Default: null. */
  readonly onFewer?: 'null' | 'fail' | undefined;
}

/** Each named group becomes a field. */
export interface RegexOptions {
  readonly field: string;
  /** JavaScript's syntax, with Unicode (`u`). */
  readonly pattern: string;
  /** No match: the groups are null, the row is left out, or the message fails. Default: fail. */
  readonly onMiss?: 'null' | 'discard' | 'fail' | undefined;
}

/** Reads a text as JSON: the members of an object become fields in its place; what is no object stays the field's value. */
export interface JsonOptions {
  readonly field: string;
  /** Put before the members' names. Default: nothing. */
  readonly prefix?: string | undefined;
  /** Text that is no JSON: the field is null, or the message fails. Default: fail. */
  readonly onFail?: 'null' | 'fail' | undefined;
}

export const CONVERT_TYPES = ['int', 'decimal', 'float', 'text', 'bool', 'timestamp'] as const;
export type ConvertType = (typeof CONVERT_TYPES)[number];

export const TIME_UNITS = ['s', 'ms', 'us', 'ns'] as const;
export type TimeUnit = (typeof TIME_UNITS)[number];

export interface ConvertOptions {
  readonly type: ConvertType;
  /** Of a timestamp given as a number: since 1970. */
  readonly unit?: TimeUnit | undefined;
  /** Of a timestamp given as text: a pattern of TO_TIMESTAMP. Default: RFC 3339. */
  readonly format?: string | undefined;
  /** Default: fail. */
  readonly onFail?: 'null' | 'fail' | undefined;
}

/** One thing done to each row. A step has exactly one key. */
export type Step =
  | { readonly split: SplitOptions }
  | { readonly regex: RegexOptions }
  | { readonly json: JsonOptions }
  /** Field → its new type. */
  | { readonly convert: Readonly<Record<string, ConvertType | ConvertOptions>> }
  /** Old name → new name. */
  | { readonly rename: Readonly<Record<string, string>> }
  | { readonly drop: readonly string[] }
  /** Field → expression of the select engine over the row as it was before the step. */
  | { readonly set: Readonly<Record<string, string>> }
  /** A condition: rows for which it is not TRUE are left out. */
  | { readonly filter: string };

export const STEP_KINDS = ['split', 'regex', 'json', 'convert', 'rename', 'drop', 'set', 'filter'] as const;
export type StepKind = (typeof STEP_KINDS)[number];
