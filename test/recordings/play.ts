import { JsonParser } from '../../lib/message/json/parser.ts';
import { createPipeline } from '../../lib/message/pipeline.ts';
import { postgresSinkSchema } from '../../lib/rule/schema/postgres-sink.ts';
import { Struct, type Value } from '../../lib/select/values/value.ts';
import type { FailedMessage, Remark } from '../../lib/sink/contract.ts';
import { deliver } from '../../lib/sink/deliver.ts';
import type { SinkPorts } from '../../lib/sink/plan.ts';
import { PostgresConnection } from '../../lib/sink/postgres/connection.ts';
import { namesOf } from '../../lib/sink/postgres/opened.ts';
import { PostgresTarget } from '../../lib/sink/postgres/target.ts';
import { SinkTally } from '../../lib/sink/tally.ts';
import { endpointOf } from '../support/postgres/schema.ts';
import type { Recording } from './recording.ts';
import type { ScratchDatabase } from './scratch-database.ts';

const BATCH = 200;

export interface Played {
  readonly applied: string;
  /** Why it could not go on. */
  readonly stop: string | undefined;
  readonly remarks: readonly Remark[];
  readonly refused: readonly FailedMessage[];
}

/** How the connector was set up, where its events do not tell, and what the rule asks for. */
export interface Settings {
  readonly binary: 'base64' | 'hex';
  /** Keep the position of each change in its row. */
  readonly byPosition: boolean;
}

/** Delivers a recording to its mirror, its partitions in turn, in batches as a poller would hand them over. */
export async function play(
  { schema, table, messages }: Recording,
  { url }: ScratchDatabase,
  { binary, byPosition }: Settings,
): Promise<Played> {
  const topic = messages[0]?.topic ?? '';
  const rule = postgresSinkSchema.parse({
    kind: 'postgres-sink',
    name: 'recording',
    source: { connection: 'main', topics: [topic] },
    message: { format: 'debezium', debezium: { binary } },
    target: { connection: 'db', schema, table },
    mode: 'mirror',
    allowTruncate: true,
    createTable: true,
    schemaEvolution: 'widen',
    onError: 'discard',
    ...(byPosition ? { ifNewer: 'lsn' as const } : {}),
  });
  const connection = new PostgresConnection({
    endpoint: endpointOf(url),
    table: `${schema}.${table}`,
    applicationName: 'sluice',
  });
  const target = new PostgresTarget({ rule, names: namesOf(rule, 'test'), connection, clock: Date.now });
  const tally = new SinkTally(Date.now);
  const refused: FailedMessage[] = [];
  const ports: SinkPorts = {
    pipeline: createPipeline({ message: rule.message, steps: rule.steps, now: Date.now }),
    target,
    stops: target.stops,
    letters: {
      put: async (failed) => {
        refused.push(...failed);
      },
      close: async () => undefined,
    },
    logEnd: async () => undefined,
    clock: Date.now,
    pause: async () => undefined,
  };
  const plan = { rule: rule.name, stage: 'test', onError: 'deadLetter' as const, batchMessages: BATCH };
  let stop: string | undefined;
  try {
    const partitions = [...new Set(messages.map(({ partition }) => partition))];
    const queues = partitions.map((partition) => messages.filter((each) => each.partition === partition));
    for (let from = 0; queues.some((queue) => from < queue.length); from += BATCH) {
      for (const [index, queue] of queues.entries()) {
        const part = queue.slice(from, from + BATCH);
        if (part.length === 0) continue;
        const batch = { topic, partition: partitions[index] ?? 0, messages: part };
        await deliver(batch, plan, ports, { tally, giveUpAt: Number.POSITIVE_INFINITY });
      }
    }
  } catch (error) {
    stop = String(error);
  } finally {
    await target.close();
  }
  const { incidents } = tally.record({ run: '', rule: '', stage: '', trigger: 'run' }, 'done', undefined);
  const remarks = [...incidents, ...refused.map(({ code, reason }) => ({ code, reason }))];
  const { written, deleted, failed } = tally;
  return { applied: `${written} written, ${deleted} deleted, ${failed} refused`, stop, remarks, refused };
}

/** The key that a message has, as texts by its columns. */
export function keyOf({ message }: FailedMessage): ReadonlyMap<string, string> {
  if (message.key === null) return new Map();
  const key = new JsonParser().one(Buffer.from(message.key).toString());
  const payload = key instanceof Struct ? memberOf(key, 'payload') : undefined;
  const fields = payload instanceof Struct ? payload : key;
  return fields instanceof Struct
    ? new Map(fields.names.map((name, i) => [name, String(fields.values[i])]))
    : new Map();
}

const memberOf = ({ names, values }: Struct, name: string): Value | undefined => values[names.indexOf(name)];
