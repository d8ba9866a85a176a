import { RecordError } from '../../select/values/record-error.ts';
import { Struct, type Value } from '../../select/values/value.ts';
import type { Change, Message, Notice, Wire } from '../contract.ts';
import { JsonParser } from '../json/parser.ts';
import type { DebeziumOptions } from '../options.ts';
import { IGNORED, type Parsed, type ParseMessage } from '../parsed.ts';
import type { DecodeText } from '../text.ts';
import { member, textMember } from './connect-schema.ts';
import { flatEvents } from './flattened.ts';
import { type Keys, keyReader } from './key.ts';
import { oldMoments } from './old-moments.ts';
import { orderOf } from './order.ts';
import { type CompiledSchema, compileSchema } from './schema.ts';
import { schemaChange } from './schema-change.ts';
import { unavailableValues } from './unavailable.ts';
import { WrappedReader } from './wrapped.ts';

type Form = 'envelope' | 'flattened';
type News = Omit<Notice, 'message'>;

/** What is known of a message before its kind is told. */
interface Event {
  readonly message: Message;
  readonly payload: Struct;
  readonly schema: CompiledSchema | undefined;
  readonly keys: Keys;
  readonly operation: string | undefined;
  readonly tell: (name: string) => Value | undefined;
}

/** Reads Debezium's change events, in any of the forms that they come in. */
export function debeziumParser(options: DebeziumOptions, decodeText: DecodeText): ParseMessage {
  const parser = new JsonParser();
  const { binary = 'base64', decimals = 'string' } = options;
  const isUnavailable = unavailableValues(options.placeholder ?? '__debezium_unavailable_value');
  const reader = new WrappedReader<CompiledSchema>(parser, decodeText, (schema) =>
    compileSchema(schema, { binary, isUnavailable }),
  );
  const plain = compileSchema(new Struct(['fields'], [[]]), { binary, isUnavailable })!;
  const readKeys = keyReader(parser, decodeText, { binary, isUnavailable });
  const flatten = flatEvents(options.prefix ?? '__');
  const forms = new Map<string, Form>();
  const told = new Set<string>();

  const parse = (message: Message): Parsed => {
    if (message.value === null) return tombstone(message, readKeys(message), forms.get(message.topic));
    const { value, schema } = reader.read(message.value);
    if (value === null) return tombstone(message, readKeys(message), forms.get(message.topic));
    if (!(value instanceof Struct)) throw notAnEvent();
    const change = schemaChange(value);
    if (change !== undefined) return change;
    const operation = textMember(value, 'op');
    const source = member(value, 'source');
    if (operation !== undefined && source instanceof Struct) {
      forms.set(message.topic, 'envelope');
      const tell = (name: string) => member(source, name);
      const event = { message, payload: value, schema, keys: readKeys(message), operation, tell };
      return withNews(enveloped(event), event);
    }
    forms.set(message.topic, 'flattened');
    const { row, tell } = flatten(value);
    const told = tell('deleted') === 'true' || tell('deleted') === true ? 'd' : tell('op');
    const flat = typeof told === 'string' ? told : undefined;
    const event = { message, payload: row, schema, keys: readKeys(message), operation: flat, tell };
    return withNews(flattened(event), event, truncatesNotSent(message));
  };

  /** What a mirror cannot know of such rows is told once. */
  function withNews(
    draft: Change | undefined,
    { message: { topic }, schema }: Event,
    ...more: readonly News[]
  ): Parsed {
    if (draft === undefined) return IGNORED;
    const old = draft.kind === 'put' && draft.snapshot !== undefined ? oldMoments(draft.row) : undefined;
    const all = [...(schema?.notices ?? []), ...(old === undefined ? [] : [old]), ...more];
    if (all.length === 0) return { drafts: [draft] };
    const notices = all.filter(({ text }) => !told.has(`${topic} ${text}`));
    for (const { text } of notices) told.add(`${topic} ${text}`);
    return { drafts: [draft], notices };
  }

  function enveloped(event: Event): Change | undefined {
    const { payload, operation, keys } = event;
    const before = member(payload, 'before');
    const after = member(payload, 'after');
    if (operation === 'm') return undefined;
    if (operation === 't') return { kind: 'truncate', ...orderIn(event), message: event.message, index: 0 };
    if (operation === 'd') {
      if (keys.key === undefined && !(before instanceof Struct)) throw cannotBeFound('delete');
      return remove(event, before);
    }
    if (operation !== 'c' && operation !== 'u' && operation !== 'r') throw notAnEvent();
    if (!(after instanceof Struct)) throw new RecordError('NotAnEvent', 'an event of a row has no `after`');
    if (operation !== 'u' || keys.key !== undefined) return put(event, after);
    if (!(before instanceof Struct)) throw cannotBeFound('update');
    return { ...put(event, after), before: rowsOf(event).whole(before) };
  }

  function flattened(event: Event): Change {
    const { payload, operation, keys } = event;
    if (operation === 'd') return remove(event, payload);
    if (operation === 'u' && keys.key === undefined) throw cannotBeFound('update');
    return put(event, payload);
  }

  function put(event: Event, after: Struct): Extract<Change, { kind: 'put' }> {
    const { operation, schema, keys } = event;
    // A snapshot reads whole rows.
    const { row, unchanged, uncertain } =
      operation === 'r'
        ? { row: rowsOf(event).whole(after), unchanged: [], uncertain: [] }
        : rowsOf(event).changed(after);
    const mayBeUnchanged = uncertain.length > 0 && (operation !== 'c' || keys.formerKey !== undefined);
    return {
      kind: 'put',
      row,
      unchanged,
      ...(mayBeUnchanged ? { uncertain } : {}),
      ...(keys.key === undefined ? {} : { key: keys.key }),
      ...(keys.formerKey === undefined ? {} : { formerKey: keys.formerKey }),
      ...(operation === 'r' ? { snapshot: event.tell('snapshot') === 'incremental' ? 'incremental' : 'whole' } : {}),
      ...orderIn(event),
      ...(schema === undefined ? wireOf(event) : { schema: schema.fields }),
      message: event.message,
      index: 0,
    };
  }

  /** Of `before` only the key is sure: the rest may be made up. Without a key the table is logged whole. */
  function remove(event: Event, before: Value | undefined): Change {
    const { schema, keys } = event;
    return {
      kind: 'remove',
      key: keys.key ?? rowsOf(event).whole(before as Struct),
      ...(keys.laterKey === undefined ? {} : { laterKey: keys.laterKey }),
      ...orderIn(event),
      ...(schema === undefined ? wireOf(event) : {}),
      message: event.message,
      index: 0,
    };
  }

  const rowsOf = ({ schema }: Event) => (schema ?? plain).rows;

  function wireOf({ tell }: Event): { readonly wire: Wire } {
    const connector = tell('connector');
    return { wire: { binary, decimals, ...(typeof connector === 'string' ? { connector } : {}) } };
  }

  return parse;
}

function truncatesNotSent({ topic }: Message): News {
  return {
    code: 'TruncatesNotSent',
    text: `the events of ${topic} are flattened, which drops truncates: rows that a TRUNCATE of the source removes stay`,
    fix: 'Send the events without the flattening transform, or truncate the target by hand.',
  };
}

function orderIn({ tell }: Event) {
  const order = orderOf(tell);
  return order === undefined ? {} : { order };
}

/**
 * Behind an enveloped delete a tombstone says nothing new. Flattened, it may be all that there is of a delete; and where
 * nothing has been seen of the topic, removing what is removed already does no harm.
 */
function tombstone(message: Message, { key, laterKey }: Keys, form: Form | undefined): Parsed {
  if (form === 'envelope') return IGNORED;
  if (key !== undefined) {
    const later = laterKey === undefined ? {} : { laterKey };
    return { drafts: [{ kind: 'remove', key, ...later, message, index: 0 }] };
  }
  if (form === undefined) return IGNORED;
  const text = `a row of ${message.topic} was deleted and the event does not tell which: the table has no primary key`;
  const fix = 'Give the table a primary key, or send its events without the flattening transform.';
  return { ...IGNORED, notices: [{ code: 'DeleteWithoutKey', text, fix }] };
}

function cannotBeFound(what: string): RecordError {
  return new RecordError(
    'RowCannotBeFound',
    `the ${what} of a row tells neither its key nor the row as it was, so that it cannot be found`,
  );
}

function notAnEvent(): RecordError {
  return new RecordError('NotAnEvent', 'the message is no change event of Debezium');
}
