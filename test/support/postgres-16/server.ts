import { GIVEN_BY, type PostgresEndpoint } from '../../../local/endpoints.ts';
import { ports } from '../../../local/ports.ts';
import { POSTGRES_USER } from '../../../local/postgres.ts';
import { Stack } from '../../../local/stack.ts';

const SHIFT = 13_000;

/** The older of the two versions that the sink is tested on, beside the stack that everything shares. */
export function postgres16(): Stack {
  const { [GIVEN_BY.postgres]: _, ...rest } = process.env;
  const environment = { ...rest, SLUICE_POSTGRES_VERSION: '16' };
  return new Stack({ name: 'postgres-16', shift: SHIFT, environment });
}

export function postgres16Endpoint(): PostgresEndpoint {
  const { username, password, database } = POSTGRES_USER;
  return { url: `postgres://${username}:${password}@127.0.0.1:${ports(SHIFT).postgres}/${database}` };
}
