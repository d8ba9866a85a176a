/** The servers that tests run against: brought up once for the whole run, and found by every test file through a file. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type Endpoints, GIVEN_BY, given } from '../../local/endpoints.ts';
import { PROJECT } from '../../local/project.ts';
import { Stack } from '../../local/stack.ts';

export type Server = keyof Endpoints;
export type With<S extends Server> = Required<Pick<Endpoints, S>>;

/** What the set-up of this run brought up. A server that cannot be had on this machine is missing. */
export function endpoints(): Endpoints {
  const file = path.join(PROJECT, '.local', 'stack', 'endpoints.json');
  const found = JSON.parse(readFileSync(file, 'utf8')) as Endpoints;
  const url = given('postgres', process.env);
  return url === undefined ? found : { ...found, postgres: { url } };
}

/**
 * A group of tests that needs these servers, and is given their endpoints. Where one cannot be had the group is skipped:
 * the set-up has said why, and the summary at the end of the run counts it by the mark in the title.
 */
export function describeWith<S extends Server>(
  servers: S | readonly S[],
  title: string,
  tests: (endpoints: With<S>) => void,
): void {
  const wanted: readonly S[] = typeof servers === 'string' ? [servers] : servers;
  const marked = `[with ${wanted.join(', ')}] ${title}`;
  const all = endpoints();
  const absent = wanted.filter((server) => all[server] === undefined);
  if (absent.length === 0) describe(marked, () => tests(all as With<S>));
  else describe.skip(marked, () => test(`cannot run here: there is no ${absent.join(' and no ')}`, () => {}));
}

/**
 * A broker for one test file that stops or kills it: the shared one must go on for everybody else. `shift` moves its ports
 * away from every other stack's, so each file takes another one; the file brings it up and down itself.
 */
export function ownBroker(name: string, shift: number): Stack {
  const { [GIVEN_BY.kafka]: _, ...environment } = process.env;
  return new Stack({ name, shift, environment });
}

/** A PostgreSQL for one test file that reconfigures or stops it, as `ownBroker`. */
export function ownPostgres(name: string, shift: number, version?: '16' | '18'): Stack {
  const { [GIVEN_BY.postgres]: _, ...environment } = process.env;
  if (version !== undefined) environment['SLUICE_POSTGRES_VERSION'] = version;
  return new Stack({ name, shift, environment });
}
