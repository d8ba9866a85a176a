import type { FieldSchema, Message } from '../../../lib/message/contract.ts';

/** A field's schema as the JSON converter writes it, short of what it leaves to defaults. */
export type WireField = Omit<Partial<FieldSchema>, 'name' | 'items'> & {
  readonly field?: string;
  readonly items?: WireField;
  readonly fields?: readonly WireField[];
};

export interface EventOptions {
  readonly op?: string;
  readonly before?: object | null;
  readonly after?: object | null;
  /** Null: the table has no primary key. */
  readonly key?: object | null;
  readonly source?: object;
  /** Fields of the row: then the event carries its schema. */
  readonly fields?: readonly WireField[];
  readonly keyFields?: readonly WireField[];
  readonly headers?: Readonly<Record<string, object>>;
  readonly offset?: number;
  readonly topic?: string;
}

/** What the PostgreSQL connector says of where a change stands. */
export function postgresSource(lsn: number, commit: number | null = lsn) {
  const sequence = JSON.stringify([commit === null ? null : String(commit), String(lsn)]);
  return { version: '3.3.1.Final', connector: 'postgresql', name: 'c', schema: 's', table: 't', sequence, lsn };
}

export function mysqlSource(file: string, pos: number, row = 0) {
  return { version: '3.3.1.Final', connector: 'mysql', name: 'c', db: 'd', table: 't', server_id: 1, file, pos, row };
}

/** A change event in its envelope, with its schema where `fields` says what it is. */
export function envelope(options: EventOptions): Message {
  const { op = 'c', before = null, after = null, source = postgresSource(1), fields, keyFields } = options;
  const payload = { before, after, source, op, ts_ms: 1, transaction: null };
  const row = fields === undefined ? undefined : struct(fields);
  const schema = row && struct([{ field: 'before', ...row }, { field: 'after', ...row }, sourceField, opField]);
  return messageOf(options, wrapped(payload, schema), keyFields);
}

/** A row as ExtractNewRecordState leaves it. */
export function flat(row: object, options: Omit<EventOptions, 'before' | 'after' | 'op'> = {}): Message {
  const { fields, keyFields } = options;
  return messageOf(options, wrapped(row, fields === undefined ? undefined : struct(fields)), keyFields);
}

export function tombstone(key: object | null, options: EventOptions = {}): Message {
  return messageOf({ ...options, key }, null, options.keyFields);
}

/** Text as it is, for what no object can be made of: digits that JSON.stringify would round. */
export function rawEvent(value: string, options: EventOptions = {}): Message {
  return { ...messageOf(options, null, options.keyFields), value: Buffer.from(value) };
}

const sourceField: WireField = { field: 'source', type: 'struct', fields: [{ field: 'connector', type: 'string' }] };
const opField: WireField = { field: 'op', type: 'string' };

function struct(fields: readonly WireField[]): WireField {
  return { type: 'struct', fields: fields.map(wireField), optional: true };
}

/** `name` of the wire is the logical type; a field is called `field` there. */
function wireField({ logical, items, ...field }: WireField): WireField {
  const name = logical === undefined ? {} : { name: logical };
  return {
    type: 'string',
    optional: true,
    ...field,
    ...name,
    ...(items === undefined ? {} : { items: wireField(items) }),
  };
}

function wrapped(payload: object, schema: WireField | undefined): object {
  return schema === undefined ? payload : { schema, payload };
}

function messageOf(options: EventOptions, value: object | null, keyFields: readonly WireField[] | undefined): Message {
  const { key = { id: 1 }, headers = {}, offset = 0, topic = 'c.s.t' } = options;
  const schema = keyFields === undefined ? undefined : struct(keyFields);
  return {
    topic,
    partition: 0,
    offset,
    timestamp: 0,
    key: key === null ? null : bytes(wrapped(key, schema)),
    value: value === null ? null : bytes(value),
    headers: Object.entries(headers).map(([name, each]) => ({ name, value: bytes(each) })),
  };
}

const bytes = (value: object) => Buffer.from(JSON.stringify(value));
