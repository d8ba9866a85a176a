/** Processes that are killed between reading a batch and committing it, and what is in the table in the end. */

import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { openAdmin } from '../../../lib/kafka/admin.ts';
import { createProducer } from '../../../lib/kafka/producer.ts';
import type { TdengineRun } from '../children/tdengine-run.ts';
import { plaintext, recordsOf, SOURCE } from '../kafka.ts';
import { SECRET, type Servers, tdengineBundle } from './bundle.ts';
import type { Session } from './session.ts';

export interface KillsPlan {
  /** Runs side by side, each over a topic of its own and killed so many times: a group waits half a minute for a dead member. */
  readonly runs: number;
  readonly killsEach: number;
  readonly commitFirst?: boolean;
}

export interface KillsOutcome {
  readonly kills: number;
  readonly sent: number;
  /** Rows in the tables, and how many messages they are of. */
  readonly rows: number;
  readonly messages: number;
}

const MESSAGES = 600;
const BATCH = 50;
const POINTS = ['before', 'during', 'after'] as const;

export async function killAndCount(servers: Servers, session: Session, plan: KillsPlan): Promise<KillsOutcome> {
  const folder = await mkdtemp(path.join(tmpdir(), 'sluice-kills-'));
  const program = path.join(folder, 'tdengine-run.cjs');
  await build({
    entryPoints: [path.join(__dirname, '..', 'children', 'tdengine-run.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    target: 'node20',
    logLevel: 'error',
  });
  try {
    const outcomes = await Promise.all(
      Array.from({ length: plan.runs }, (_, i) => oneRun(program, servers, session, plan, i)),
    );
    const sum = (of: (outcome: KillsOutcome) => number) => outcomes.reduce((total, outcome) => total + of(outcome), 0);
    return {
      kills: sum(({ kills }) => kills),
      sent: sum(({ sent }) => sent),
      rows: sum(({ rows }) => rows),
      messages: sum(({ messages }) => messages),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function oneRun(
  program: string,
  servers: Servers,
  session: Session,
  { killsEach, commitFirst = false }: KillsPlan,
  which: number,
): Promise<KillsOutcome> {
  const topic = `tdengine-kills-${randomUUID()}`;
  const endpoint = plaintext(servers.brokers);
  const admin = await openAdmin(endpoint);
  await admin.createTopic(topic, 2);
  const producer = createProducer({ endpoint, topic, compression: 'none', headers: false });
  await producer.connect();
  const values = Array.from({ length: MESSAGES }, (_, i) => JSON.stringify({ id: i % 7, n: i }));
  await producer.send(recordsOf(values), SOURCE);
  await producer.close();
  const database = session.database();
  const bundle = tdengineBundle(servers, {
    source: {
      connection: 'main',
      topics: [topic],
      timeoutMs: 300,
      maxWaitMs: 50,
      batch: { records: BATCH },
      concurrency: 2,
    },
    target: { connection: 'plant', database, superTable: 'meters' },
    create: { database: { precision: 'ms' }, columns: { n: 'INT' }, tags: { id: 'INT' } },
    subTable: 't_{id}',
    tags: { id: 'id' },
    columns: { n: 'n' },
  });
  let kills = 0;
  for (; kills < killsEach; kills++) {
    // Early enough that messages are left to the last one, wherever the others stopped.
    const kill = { batch: 1 + ((which + kills) % 3), point: POINTS[(which + kills) % POINTS.length]! };
    const ended = await runProgram(program, session, { bundle, kill, commitFirst });
    if (ended.signal !== 'SIGKILL') throw new Error(`it was not killed: ${ended.code} ${ended.said}`);
  }
  const last = await runProgram(program, session, { bundle, commitFirst });
  if (last.code !== 0) throw new Error(`the last one failed: ${last.said}`);
  await admin.deleteTopic(topic);
  await admin.close();
  const [[rows] = []] = await session.rows('select count(*) from `meters`', database);
  const messages = await session.rows('select distinct `n` from `meters`', database);
  return { kills, sent: MESSAGES, rows: Number(rows), messages: messages.length };
}

function runProgram(program: string, { username, password }: Session, run: TdengineRun) {
  const child = spawn(process.execPath, [program, JSON.stringify(run)], {
    env: { ...process.env, [SECRET]: JSON.stringify({ username, password }) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (said += part.toString()));
  return new Promise<{ code: number | null; signal: string | null; said: string }>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, said }));
  });
}
