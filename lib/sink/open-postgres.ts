import { SluiceError } from '../failure/index.ts';
import type { PostgresSinkRule } from '../rule/schema.ts';
import type { OpenTarget } from './instance.ts';
import { PostgresConnection } from './postgres/connection.ts';
import { resolvePostgres } from './postgres/endpoint.ts';
import { namesOf } from './postgres/opened.ts';
import { PostgresTarget } from './postgres/target.ts';

export const openPostgres: OpenTarget<PostgresSinkRule> = async ({ rule, connections, stage }, { secrets, clock }) => {
  const connection = connections.postgres[rule.target.connection];
  if (connection === undefined) {
    throw new SluiceError(
      'UnknownConnection',
      `the rule's PostgreSQL connection ${rule.target.connection} is not among its connections`,
      { stage: 'rule', context: { rule: rule.name }, fix: 'Deploy the rule again.' },
    );
  }
  return new PostgresTarget({
    rule,
    names: namesOf(rule, stage),
    clock,
    connection: new PostgresConnection({
      endpoint: await resolvePostgres(connection, secrets),
      table: `${rule.target.schema}.${rule.target.table}`,
      applicationName: `sluice.${stage}.${rule.name}`,
    }),
  });
};
