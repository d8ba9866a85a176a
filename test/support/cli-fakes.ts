import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pc from 'picocolors';
import type {
  AnyRun,
  AwsPorts,
  DeployedFunction,
  DeployedStack,
  FunctionConfig,
  LoggedRun,
  RunLogs,
  Standstill,
} from '../../lib/cli/aws/ports.ts';
import { main, type Surroundings } from '../../lib/cli/main.ts';
import type { Terminal } from '../../lib/cli/terminal.ts';
import type { StoppedObject } from '../../lib/ledger/contract.ts';
import type { ParkedEvent } from '../../lib/ledger/parked.ts';
import type { RunRecord } from '../../lib/telemetry/run-record.ts';
import type { SinkRunRecord } from '../../lib/telemetry/sink-run-record.ts';
import { RULE } from './errors-rule.ts';

export const CONNECTIONS = `kafka:
  main: { brokers: [127.0.0.1:9092] }
`;

/** Folders of projects, removed by `removeProjects`. */
const made: string[] = [];

/** A folder with these files (by path), and a serverless.yml. */
export async function projectOf(files: Readonly<Record<string, string>>): Promise<string> {
  const root = await mkdtemp(path.join(tmpdir(), 'sluice-cli-'));
  made.push(root);
  await mkdir(path.join(root, 'rules'));
  for (const [name, text] of Object.entries({ 'serverless.yml': 'service: sluice\n', ...files })) {
    await writeFile(path.join(root, name), text);
  }
  return root;
}

export const errorsProject = (): Promise<string> =>
  projectOf({ 'rules/errors.yml': RULE, 'connections.yml': CONNECTIONS });

export async function removeProjects(): Promise<void> {
  await Promise.all(made.splice(0).map((root) => rm(root, { recursive: true })));
}

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** Command lines of programs that were run. */
  readonly spawned: readonly string[];
}

export interface Scene extends Partial<Pick<Surroundings, 'env' | 'clock' | 'spawn' | 'pause' | 'onInterrupt'>> {
  readonly cwd: string;
  readonly aws?: Partial<AwsPorts>;
  /** Answers to questions in their order; given, somebody sits at the terminal. */
  readonly answers?: readonly string[];
  readonly input?: string | Buffer;
  readonly columns?: number;
}

/** Runs a command line as a user would, and gives what was said. */
export async function sluice(line: readonly string[], scene: Scene): Promise<Said> {
  const out: string[] = [];
  const err: string[] = [];
  const spawned: string[] = [];
  const written: Buffer[] = [];
  const answers = [...(scene.answers ?? [])];
  const terminal: Terminal = {
    out: (text) => void out.push(text),
    write: async (bytes) => void written.push(Buffer.from(bytes)),
    err: (text) => void err.push(text),
    live: false,
    draw: () => undefined,
    interactive: scene.answers !== undefined,
    columns: scene.columns ?? Number.POSITIVE_INFINITY,
    colors: pc.createColors(false),
    errColors: pc.createColors(false),
    ask: async (question) => {
      err.push(question);
      return answers.shift() ?? '';
    },
    input: (async function* () {
      const { input = '' } = scene;
      yield typeof input === 'string' ? Buffer.from(input) : input;
    })(),
  };
  const code = await main(line, {
    terminal,
    env: scene.env ?? {},
    cwd: scene.cwd,
    clock: scene.clock ?? (() => NOW),
    pause: scene.pause ?? (async () => undefined),
    onInterrupt: scene.onInterrupt ?? (() => () => undefined),
    aws: awsOf(scene.aws),
    spawn: async (program, args, options) => {
      spawned.push([program, ...args].join(' '));
      return scene.spawn === undefined ? 0 : scene.spawn(program, args, options);
    },
  });
  return { code, out: Buffer.concat(written).toString() + out.join('\n'), err: err.join('\n'), spawned };
}

export const NOW = Date.parse('2026-06-01T12:00:00Z');

/** An AWS that holds nothing, except for what is given. */
export function awsOf(given: Partial<AwsPorts> = {}): AwsPorts {
  return {
    functions: async () => functionsOf([]),
    stacks: async () => ({ describe: async () => undefined }),
    runLogs: async () => runLogsOf([]),
    sinkRunLogs: async () => runLogsOf<SinkRunRecord>([]),
    bucketNames: async () => [],
    queues: async () => ({ waiting: async () => 0, send: async () => undefined }),
    standstill: async () => standstillOf(),
    setup: async () => ({
      notifications: async () => ({}),
      logging: async () => undefined,
      logGroupExists: async () => false,
      unreservedInstances: async () => 1000,
    }),
    ...given,
  };
}

export function functionsOf(functions: readonly DeployedFunction[], answer: unknown = undefined) {
  return {
    describe: async (name: string) => functions.find((each) => each.name === name),
    invoke: async () => answer,
  };
}

export function runLogsOf<R extends AnyRun = RunRecord>(runs: readonly LoggedRun<R>[]): RunLogs<R> {
  return {
    async *since(_name: string, from: number) {
      yield* runs.filter(({ at }) => at >= from);
    },
    last: async () => runs.at(-1),
  };
}

/** What stands still, and events that are parked. */
export function standstillOf(stopped: readonly StoppedObject[] = [], parked: readonly ParkedEvent[] = []): Standstill {
  const left = [...parked];
  return {
    async *stopped() {
      yield* stopped;
    },
    parked: {
      put: async () => undefined,
      count: async () => left.length,
      async *list() {
        yield* [...left];
      },
      async remove({ id }) {
        const at = left.findIndex((each) => each.id === id);
        if (at >= 0) left.splice(at, 1);
        return at >= 0;
      },
    },
    forget: async () => undefined,
    close: () => undefined,
  };
}

export const CONFIG: FunctionConfig = {
  handler: 'functions/export.handler',
  timeout: 900,
  memory: 1024,
  env: { SLUICE_RULE: 'errors', SLUICE_RULE_HASH: 'abc' },
};

export const DEPLOYED: DeployedFunction = {
  ...CONFIG,
  name: 'errors-dev',
  arn: 'arn:aws:lambda:eu-central-1:123456789012:function:errors-dev',
};

export function stackOf(functions: Readonly<Record<string, FunctionConfig>>): DeployedStack {
  return { name: 'sluice-dev', status: 'UPDATE_COMPLETE', functions: new Map(Object.entries(functions)) };
}

export const RUN: RunRecord = {
  run: '11111111-2222-3333-4444-555555555555',
  rule: 'errors',
  stage: 'dev',
  trigger: 's3',
  bucket: 'my-logs',
  key: 'access/a.csv',
  version: 'v1',
  topic: 'errors',
  startedAt: '2026-06-01T11:58:00.000Z',
  durationMs: 2000,
  throttledMs: 500,
  result: 'done',
  scanned: 2000,
  matched: 100,
  sent: 100,
  failed: 0,
  discarded: 0,
  deadLettered: 0,
  bytesStored: 1024,
  bytesIn: 4096,
  bytesOut: 2048,
  position: 4096,
  incidents: [],
};

export const STOPPED: RunRecord = {
  ...RUN,
  run: '99999999-2222-3333-4444-555555555555',
  result: 'stopped',
  failed: 1,
  position: 77,
  incidents: [{ afterMs: 400, code: 'BrokerUnavailable', reason: 'the broker went away' }],
  error: {
    code: 'BadRecord',
    stage: 'format',
    reason: 'record at byte 77: a quote does not close',
    fix: 'Mend the object.',
    retryable: false,
    context: { bucket: 'my-logs', key: 'access/a.csv', offset: 77 },
  },
};
