import type { Change, Message, Row } from '../../../lib/message/contract.ts';
import { type TdengineSinkRule, tdengineSinkSchema } from '../../../lib/rule/schema/tdengine-sink.ts';
import type { SecretStore } from '../../../lib/secret/index.ts';
import { Struct, type Value } from '../../../lib/select/values/value.ts';
import type { Slice, Target } from '../../../lib/sink/contract.ts';
import { createTdengineTarget, type TdengineTargetOptions } from '../../../lib/sink/tdengine/target.ts';
import type { Session } from './session.ts';

/** A rule as a user would write it, over what every test's rule has. */
export function ruleOf(written: Readonly<Record<string, unknown>>): TdengineSinkRule {
  return tdengineSinkSchema.parse({
    kind: 'tdengine-sink',
    name: 'meters',
    source: { connection: 'main', topics: ['tp1'] },
    subTable: 't_{id}',
    tags: { id: 'id' },
    ...written,
  });
}

export function secretsOf(fields: Readonly<Record<string, string>>): SecretStore {
  return {
    text: async () => JSON.stringify(fields),
    fields: async () => fields as never,
  };
}

/** A target into a database of the session. */
export function targetInto(
  session: Pick<Session, 'url' | 'username' | 'password'>,
  written: Readonly<Record<string, unknown>>,
  options: Partial<TdengineTargetOptions> = {},
): Target {
  const { url, username, password } = session;
  return createTdengineTarget(
    { rule: ruleOf(written), connection: { url, auth: 'basic', secret: 's' }, ...options },
    { secrets: secretsOf({ username, password }), clock: Date.now },
  );
}

const NOON = 1_720_000_000_000;

export function messageAt(offset: number, topic = 'tp1', timestamp = NOON + offset): Message {
  return { topic, partition: 0, offset, timestamp, key: null, value: new Uint8Array(), headers: [] };
}

export function rowOf(fields: Readonly<Record<string, Value>>): Row {
  return new Struct(Object.keys(fields), Object.values(fields));
}

/** One change for each row, each in a message of its own. */
export function sliceOf(
  rows: readonly Readonly<Record<string, Value>>[],
  { from = 0, topic = 'tp1', timestamp }: { from?: number; topic?: string; timestamp?: number } = {},
): Slice {
  const changes = rows.map((fields, i): Change => {
    const message = messageAt(from + i, topic, timestamp);
    return { kind: 'put', row: rowOf(fields), unchanged: [], message, index: 0 };
  });
  return { topic, partition: 0, from, to: from + rows.length, changes };
}
