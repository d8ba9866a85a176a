import { createPipeline } from '../../lib/message/pipeline.ts';
import { postgresSinkSchema } from '../../lib/rule/schema/postgres-sink.ts';
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
  readonly stop: string | undefined;
  readonly remarks: readonly string[];
}

/** Delivers a recording to its mirror, its partitions in turn, in batches as a poller would hand them over. */
export async function play(
  { schema, table, messages }: Recording,
  { url }: ScratchDatabase,
  form: string,
): Promise<Played> {
  const topic = messages[0]?.topic ?? '';
  const rule = postgresSinkSchema.parse({
    kind: 'postgres-sink',
    name: `recording-${form}`,
    source: { connection: 'main', topics: [topic] },
    message: { format: 'debezium' },
    target: { connection: 'db', schema, table },
    mode: 'mirror',
    allowTruncate: true,
    onError: 'discard',
  });
  const connection = new PostgresConnection({
    endpoint: endpointOf(url),
    table: `${schema}.${table}`,
    applicationName: 'sluice',
  });
  const target = new PostgresTarget({ rule, names: namesOf(rule, 'test'), connection, clock: Date.now });
  const tally = new SinkTally(Date.now);
  const refused: string[] = [];
  const ports: SinkPorts = {
    pipeline: createPipeline({ message: rule.message, steps: rule.steps, now: Date.now }),
    target,
    stops: target.stops,
    letters: {
      put: async (
        failed: readonly {
          readonly message: { readonly offset: number };
          readonly code: string;
          readonly reason: string;
        }[],
      ) => {
        refused.push(...failed.map(({ message, code, reason }) => `message ${message.offset}: ${code}: ${reason}`));
      },
      close: async () => undefined,
    },
    logEnd: async () => undefined,
    clock: Date.now,
    pause: async () => undefined,
  };
  const plan = { rule: rule.name, stage: 'test', onError: 'deadLetter' as const, batchMessages: BATCH };
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
    return { applied: counts(tally), stop: String(error), remarks: refused };
  } finally {
    await target.close();
  }
  const record = tally.record({ run: '', rule: '', stage: '', trigger: 'run' }, 'done', undefined);
  const said = record.incidents.map(({ code, reason }) => `${code}: ${reason}`);
  return { applied: counts(tally), stop: undefined, remarks: [...refused, ...said] };
}

const counts = ({ written, deleted, failed }: SinkTally): string =>
  `${written} written, ${deleted} deleted, ${failed} refused`;
