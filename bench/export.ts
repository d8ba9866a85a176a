/**
 * `npm run bench:export`: one object exactly once, with both ledgers, beside what bounds it from both sides: the select
 * alone, and a bare kafkajs loop that sends the same values without transactions. Each way has a process of its own,
 * bundled as the function is; it fails if two of a group do not deliver the same rows.
 *
 *     npm run bench:export [-- --rows 1000000]
 */
import { parseArgs } from 'node:util';
import type { Endpoints } from '../local/endpoints.ts';
import { main, type Work } from './whole/benchmark.ts';
import { CALL } from './whole/job.ts';
import { mb } from './whole/table.ts';

/** A value of about 250 bytes. */
const COLUMNS = 's.request_id, s."time", s.status, s.uri, s.client_ip, s.user_agent, s.duration_ms, s.trace';
const queryOf = (least: number): string => `SELECT ${COLUMNS} FROM S3Object s WHERE s.status >= ${least}`;

const LEDGERS = ['exactly once, ledger: dynamodb', 'exactly once, ledger: kafka'] as const;
const LOOP = 'kafkajs alone';

function* jobs(file: string, { kafka, aws }: Endpoints): Generator<Work> {
  const base = { file, ...(aws === undefined ? {} : { aws }) };
  const brokers = kafka?.brokers ?? [];
  for (const compression of ['none', 'gzip'] as const) {
    const job = { ...base, query: queryOf(100), least: 100, kafka: { brokers, topic: '', compression } };
    for (const way of [...LEDGERS, 'at least once', LOOP]) {
      yield { group: `100 % match, ${compression}`, job: { ...job, way }, ...(way === LOOP && { target: 1.8 }) };
    }
  }
  const few = { ...base, query: queryOf(502), least: 502 };
  for (const way of [...LEDGERS, 'at least once']) {
    yield { group: '5 % match, none', job: { ...few, way, kafka: { brokers, topic: '', compression: 'none' } } };
  }
  yield { group: '5 % match, none', job: { ...few, way: 'select alone' }, target: 0.8 };
}

const { values } = parseArgs({ options: { rows: { type: 'string', default: '1000000' } } });
const rows = Number(values.rows);

main({
  rows,
  parts: ['kafka', 'aws'],
  jobs,
  head: (
    size,
  ) => `An access log of ${rows.toLocaleString('en-US')} rows in 23 columns, ${mb(size)} MB; Node ${process.version}.

  query          ${queryOf(100)}
                 (100 % match, about 250 bytes a value; for 5 % match: status >= 502)
  exactly once   the run of a rule, without a rate: a transaction for each batch with how far it is; acks all, provenance headers
  kafkajs alone  the same values, made before the clock starts, ${CALL} a send, acks all, default partitioner, no transactions, no headers
  gzip           zlib's default level in every way: ours in Node's threads while the next batch is selected, kafkajs's as it does it
  select alone   the engine over the file, its rows as JSON, sent nowhere
  every topic    6 partitions, 1 replica, on the local broker; DynamoDB is the local stack's
`,
});
