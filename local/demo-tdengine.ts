/** What the demo adds where a TDengine can be reached: the example message of rules/meters-to-tdengine.yml becomes a row. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';
import { counted } from '../lib/cli/units.ts';
import type { KafkaEndpoint } from '../lib/kafka/contract.ts';
import { createProducer } from '../lib/kafka/producer.ts';
import { makeTopics } from './demo-export.ts';
import type { Written } from './demo-postgres.ts';
import { sluice } from './demo-program.ts';
import { aligned, say } from './demo-text.ts';
import type { TdengineEndpoint } from './endpoints.ts';
import { PROJECT } from './project.ts';

const RULE = 'meters-to-tdengine';
const TOPICS = ['tp1', 'tp2'] as const;
const ANSWER_MS = 5_000;

interface Answer {
  readonly code: number;
  readonly desc?: string;
  readonly data?: readonly (readonly unknown[])[];
}

/** Undefined where it was left out, which is said; else whether the table has a row more for each message. */
export async function meters(
  endpoint: TdengineEndpoint | undefined,
  kafka: KafkaEndpoint,
): Promise<boolean | undefined> {
  const obstacle = endpoint === undefined ? 'TDENGINE_URL names no server' : await obstacleAt(endpoint);
  if (endpoint === undefined || obstacle !== undefined) {
    say(`left out, ${RULE} with it: ${obstacle}`, 'tdengine');
    return undefined;
  }
  const rule = parse(await readFile(path.join(PROJECT, 'rules', `${RULE}.yml`), 'utf8')) as {
    readonly message: { readonly sample: string };
  };
  const { sample } = rule.message;
  await makeTopics(kafka, Object.fromEntries(TOPICS.map((topic) => [topic, 1])));
  const before = await rowsOf(endpoint);
  say(`sends ${sample} to ${TOPICS[0]}`);
  await send(kafka, sample);
  say(`writes it into TDengine: sluice run ${RULE} --stage local`);
  const { read, written } = await sluice<Written>(['run', RULE, '--stage', 'local']);
  say(`  ${counted(read, 'message')} read, ${counted(written, 'row')} written`, 'run');
  const rows = await rowsOf(endpoint);
  say(`the last of ${counted(rows.length, 'row')} in the sub-table t_2:`, 'tdengine');
  const last = (rows.at(-1) ?? []).map(String);
  for (const line of aligned([['ts', 'sluice_pos', 'first', 'second', 'id'], last])) say(`  ${line}`, 'tdengine');
  return read > 0 && rows.length - before.length === read;
}

async function obstacleAt(endpoint: TdengineEndpoint): Promise<string | undefined> {
  try {
    const { code, desc } = await ask(endpoint, 'SELECT server_version()');
    return code === 0 ? undefined : `${endpoint.url} refuses to be asked: ${desc}`;
  } catch {
    return `nothing answers as TDengine at ${endpoint.url}`;
  }
}

async function ask({ url, username, password }: TdengineEndpoint, sql: string): Promise<Answer> {
  const login = Buffer.from(`${username}:${password}`).toString('base64');
  const response = await fetch(`${url.replace(/\/$/, '')}/rest/sql`, {
    method: 'POST',
    body: sql,
    headers: { authorization: `Basic ${login}` },
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  return (await response.json()) as Answer;
}

/** None where the table is not there yet. */
async function rowsOf(endpoint: TdengineEndpoint): Promise<readonly (readonly unknown[])[]> {
  const { data } = await ask(endpoint, 'SELECT * FROM `power`.`meters` WHERE `id` = 2 ORDER BY `ts`');
  return data ?? [];
}

async function send(endpoint: KafkaEndpoint, value: string): Promise<void> {
  const producer = createProducer({ endpoint, topic: TOPICS[0], compression: 'none', headers: false });
  try {
    await producer.sendTo(TOPICS[0], [{ value: Buffer.from(value) }]);
  } finally {
    await producer.close();
  }
}
