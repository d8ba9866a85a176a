import type { SluiceError } from '../../../lib/failure/index.ts';
import type { Project } from '../../../lib/rule/index.ts';
import { readProject } from '../../../lib/rule/index.ts';
import { RULE } from '../../support/errors-rule.ts';

export const CONNECTIONS = `kafka:
  main: { brokers: ['127.0.0.1:9092'] }
  iam: { brokers: ['b-1.example.com:9098'], auth: { mechanism: oauthbearer }, tls: true }
redis:
  cache: { url: 'redis://127.0.0.1:6379' }
postgres:
  warehouse: { host: db.example.com, database: ops, secret: sluice/warehouse }
`;

/** A project of the given rule files, `rules/1.yml` and so on. */
export function project(
  rules: readonly string[],
  env: Readonly<Record<string, string>> = {},
  connections = CONNECTIONS,
): Project {
  const files = rules.map((text, i) => ({ path: `rules/${i + 1}.yml`, text }));
  return readProject({ rules: files, connections: { path: 'connections.yml', text: connections } }, env);
}

/** The rule of this file with one line written otherwise. */
export function rule(line?: string, otherwise?: string): string {
  if (line === undefined || otherwise === undefined) return RULE;
  if (!RULE.includes(`${line}\n`)) throw new Error(`the rule has no line ${line}`);
  return RULE.replace(`${line}\n`, () => (otherwise === '' ? '' : `${otherwise}\n`));
}

export function told({ context: { file, line, column }, message }: SluiceError): string {
  return `${file}:${line}:${column} ${message}`;
}
