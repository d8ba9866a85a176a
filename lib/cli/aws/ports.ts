import type { StoppedObject } from '../../ledger/contract.ts';
import type { ParkedEvents } from '../../ledger/parked.ts';
import type { ExportBundle, ExportRule } from '../../rule/schema.ts';
import type { SecretStore } from '../../secret/index.ts';
import type { RunRecord } from '../../telemetry/run-record.ts';
import type { SinkRunRecord } from '../../telemetry/sink-run-record.ts';
import type { Setup } from './setup.ts';

/** How a function is set up, as far as `list` compares it. Undefined: not known, or not a plain value in the template. */
export interface FunctionConfig {
  readonly handler?: string;
  readonly runtime?: string;
  /** Seconds. */
  readonly timeout?: number;
  /** MiB. */
  readonly memory?: number;
  readonly env: Readonly<Record<string, string>>;
  readonly subnetIds?: readonly string[];
  readonly securityGroupIds?: readonly string[];
  readonly codeSha256?: string;
}

export interface DeployedFunction extends FunctionConfig {
  readonly name: string;
  readonly arn: string;
  /** ISO 8601. */
  readonly changedAt?: string;
}

export interface Functions {
  /** Undefined: there is none of that name. */
  describe(name: string): Promise<DeployedFunction | undefined>;
  /** Invokes it and waits for its answer. Throws SluiceError (`MissingFunction`, `FunctionCrashed`, …). */
  invoke(name: string, payload: object): Promise<unknown>;
}

/** What the last deployment of a stage set up: the functions of its template, by their names. */
export interface DeployedStack {
  readonly name: string;
  readonly status: string;
  readonly functions: ReadonlyMap<string, FunctionConfig>;
}

export interface Stacks {
  /** Undefined: nothing was deployed. */
  describe(name: string): Promise<DeployedStack | undefined>;
}

/** What the function of a rule tells of its runs: the rule's kind says which. */
export type AnyRun = RunRecord | SinkRunRecord;

export interface LoggedRun<R extends AnyRun = RunRecord> {
  /** When the line was written, in milliseconds since 1970. */
  readonly at: number;
  readonly run: R;
}

export interface RunLogs<R extends AnyRun = RunRecord> {
  /** Runs told of since that time, oldest first. A function that was never called has none. */
  since(functionName: string, from: number): AsyncIterable<LoggedRun<R>>;
  /** The last run that was told of, found without reading the whole log. */
  last(functionName: string): Promise<LoggedRun<R> | undefined>;
}

export interface Queues {
  /** About how many messages it holds, those included that wait or are being worked at; undefined: there is none of that name. */
  waiting(name: string): Promise<number | undefined>;
  /** Throws SluiceError (`MissingQueue`, …). */
  send(name: string, body: string): Promise<void>;
}

/** What of a rule waits for somebody. Failures are SluiceErrors of stage `ledger` or `kafka`. */
export interface Standstill {
  /** Longest first. None for a rule without a ledger. */
  stopped(): AsyncIterable<StoppedObject>;
  /** Takes an object off the list, without exporting what is left of it: for one that is gone, or has been replaced. */
  forget(object: StoppedObject): Promise<void>;
  readonly parked: ParkedEvents;
  close(): void;
}

/** The services of AWS that commands ask. A client is made when it is first asked for. */
export interface AwsPorts {
  functions(): Promise<Functions>;
  stacks(): Promise<Stacks>;
  runLogs(): Promise<RunLogs>;
  /** The same for functions of sinks. */
  sinkRunLogs(): Promise<RunLogs<SinkRunRecord>>;
  queues(): Promise<Queues>;
  /** @param table of the stack, where its rules' ledgers are */
  standstill(bundle: ExportBundle, secrets: SecretStore, table: string): Promise<Standstill>;
  /** How buckets, log groups and the account are set up for a rule with that source. */
  setup(source: ExportRule['source'], secrets: SecretStore): Promise<Setup>;
  /** The account's buckets, by name. */
  bucketNames(): Promise<readonly string[]>;
}

export function awsPorts(): AwsPorts {
  return {
    functions: async () => (await import('./functions.ts')).lambdaFunctions(),
    stacks: async () => (await import('./stacks.ts')).cloudFormationStacks(),
    runLogs: async () => (await import('./run-logs.ts')).cloudWatchRunLogs(),
    sinkRunLogs: async () => (await import('./run-logs.ts')).cloudWatchRunLogs<SinkRunRecord>(),
    queues: async () => (await import('./queues.ts')).sqsQueues(),
    standstill: async (bundle, secrets, table) =>
      (await import('./standstill.ts')).standstillOf(bundle, secrets, table),
    setup: async (source, secrets) => (await import('./setup.ts')).setupOf(source, secrets),
    bucketNames: async () => (await import('./buckets.ts')).bucketNames(),
  };
}
