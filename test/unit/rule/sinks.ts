import type { Project } from '../../../lib/rule/index.ts';
import { project } from './project.ts';

/** Sinks that tests write otherwise, a line at a time. */

export const CONNECTIONS = `kafka:
  main: { brokers: ['b-1.example.com:9096'], auth: { mechanism: scram-sha-512, secret: kafka/login }, tls: { ca: kafka/ca } }
  open: { brokers: ['127.0.0.1:9092'] }
  bare: { brokers: ['b-1.example.com:9092'], auth: { mechanism: plain, secret: kafka/login } }
  certified: { brokers: ['b-1.example.com:9094'], auth: { mechanism: mtls, secret: kafka/client }, tls: true }
  msk:
    brokers: ['b-1.example.com:9098']
    clusterArn: arn:aws:kafka:eu-west-1:123456789012:cluster/logs/abc-1
    auth: { mechanism: oauthbearer }
    tls: true
  weak:
    brokers: ['b-1.example.com:9096']
    clusterArn: arn:aws:kafka:eu-west-1:123456789012:cluster/logs/abc-1
    auth: { mechanism: scram-sha-256, secret: AmazonMSK_logs }
    tls: true
  named:
    brokers: ['b-1.example.com:9096']
    clusterArn: arn:aws:kafka:eu-west-1:123456789012:cluster/logs/abc-1
    auth: { mechanism: scram-sha-512, secret: kafka/login }
    tls: true
  keyless:
    brokers: ['b-1.example.com:9096']
    clusterArn: arn:aws:kafka:eu-west-1:123456789012:cluster/logs/abc-1
    auth: { mechanism: scram-sha-512, secret: AmazonMSK_logs }
    tls: true
postgres:
  warehouse: { host: db.example.com, database: ops, secret: sluice/warehouse }
  aurora:
    host: db.example.com
    database: ops
    auth: iam
    username: sluice
    resourceId: cluster-ABC
    tls: verify-full
    region: eu-central-1
tdengine:
  plant: { url: 'https://td.example.com:6041', secret: sluice/tdengine, ca: sluice/td-ca, kmsKey: 'arn:aws:kms:eu-west-1:123456789012:key/k' }
redis:
  cache: { url: 'redis://127.0.0.1:6379' }
`;

export const POSTGRES = `kind: postgres-sink
name: rows
source: { connection: main, topics: [errors] }
message: { format: json }
steps:
  - filter: status != 503
target: { connection: warehouse, table: errors }
mode: upsert
primaryKey: [id]
columns: { id: request_id, status: status }
onError: retain
`;

export const TDENGINE = `kind: tdengine-sink
name: meters
source: { connection: main, topics: [tp1, tp2] }
message: { format: json }
steps:
  - split: { field: message, separator: '-', count: 2 }
target: { connection: plant, database: power, superTable: meters }
create: { columns: { first: VARCHAR(64) }, tags: { id: BIGINT } }
subTable: t_{id}
timestamp: message-time
tags: { id: id }
columns: { first: message_0 }
`;

/** A project of these sinks. */
export function sinks(...rules: readonly string[]): Project {
  return project(rules, {}, CONNECTIONS);
}

/** A text with one of its lines written otherwise; '' takes it out. */
export function written(text: string, line: string, otherwise: string): string {
  if (!text.includes(`${line}\n`)) throw new Error(`the rule has no line ${line}`);
  return text.replace(`${line}\n`, () => (otherwise === '' ? '' : `${otherwise}\n`));
}
