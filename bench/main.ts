/**
 * `npm run bench`: how fast Sluice reads, selects and sends, and beside it, in the same run, the same job done with
 * csv-parse and kafkajs. Each way has a process of its own, bundled as the function is, and a warm-up; they run one after
 * the other, so that none slows another, and the best of up to three short runs counts. It fails if two ways do not give
 * the same rows.
 *
 *     npm run bench [-- --quick]
 */
import { parseArgs } from 'node:util';
import type { Endpoints } from '../local/endpoints.ts';
import { main, type Work } from './whole/benchmark.ts';
import { CALL } from './whole/job.ts';
import { mb } from './whole/table.ts';

/** Shares of the rows by the least status that the query asks for. */
const MATCHES = [
  { match: '5 %', least: 502 },
  { match: '100 %', least: 100 },
];

const queryOf = (least: number): string =>
  `SELECT s.request_id, CAST(s.status AS INT) AS status, s.uri FROM S3Object s WHERE s.status >= ${least}`;

function* jobs(file: string, { kafka }: Endpoints): Generator<Work> {
  for (const { match, least } of MATCHES) {
    const group = `preview, ${match} match`;
    const query = queryOf(least);
    for (const way of ['sluice preview', 'csv-parse']) yield { group, job: { way, file, query, least } };
  }
  for (const compression of ['none', 'gzip'] as const) {
    for (const { match, least } of MATCHES) {
      const group = `export, ${match} match, ${compression}`;
      const job = {
        file,
        query: queryOf(least),
        least,
        kafka: { brokers: kafka?.brokers ?? [], topic: '', compression },
      };
      for (const way of ['sluice export', 'csv-parse + kafkajs', 'kafkajs alone'])
        yield { group, job: { ...job, way } };
    }
  }
}

const { quick } = parseArgs({ options: { quick: { type: 'boolean' } } }).values;
const rows = quick ? 130_000 : 300_000;

main({
  rows,
  parts: ['kafka'],
  jobs,
  head: (
    size,
  ) => `An access log of ${rows.toLocaleString('en-US')} rows in 23 columns, ${mb(size)} MB; Node ${process.version}.

  query                ${queryOf(MATCHES[0]?.least ?? 0)}
                       (5 % match; for 100 % match: status >= ${MATCHES[1]?.least})
  sluice preview       the engine over the file in chunks of 1 MiB, rows as JSON
  csv-parse            createReadStream (1 MiB) → parse({ columns: true }) → filter → JSON.stringify
  sluice export        the run of a rule over the file, without a rate; at least once, idempotent, acks all, provenance headers
  csv-parse + kafkajs  the same rows as csv-parse's, ${CALL} a send, acks all, default partitioner, no headers
  kafkajs alone        the same, its values made before the clock starts; its MB/s and rows/s are of the file they came from
  every topic          6 partitions, 1 replica, on the local broker
`,
});
