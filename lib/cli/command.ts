import type { AwsPorts } from './aws/ports.ts';
import type { Exit } from './exit.ts';
import type { Terminal } from './terminal.ts';

/** What a command is given. Everything that it touches comes from here, so that a test can stand in for it. */
export interface Context {
  readonly terminal: Terminal;
  readonly env: NodeJS.ProcessEnv;
  /** The folder that holds `rules/` and `connections.yml`. */
  readonly root: string;
  readonly stage: string;
  /** One JSON document on standard output, and nothing else. */
  readonly json: boolean;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly pause: (ms: number) => Promise<void>;
  /** Calls `handler` at the next Ctrl-C or SIGTERM instead of ending the process; the one after it ends it. Returns what takes it back. */
  readonly onInterrupt: (handler: () => void) => () => void;
  readonly aws: AwsPorts;
  /** Runs a program on this process's terminal and resolves to its exit code. */
  readonly spawn: (program: string, args: readonly string[], options?: SpawnOptions) => Promise<number>;
}

export interface SpawnOptions {
  readonly cwd?: string;
  /** What the program writes goes to standard error: standard output is for a document. */
  readonly quiet?: boolean;
}

export interface CliCommand<Options extends object = object> {
  /** As commander takes it: `<rule> [key]`. */
  readonly usage?: string;
  readonly description: string;
  readonly options?: readonly (readonly [flags: string, description: string, initial?: string])[];
  /** A command line without `sluice`, and what it does. */
  readonly examples: readonly (readonly [line: string, what: string])[];
  run(context: Context, args: readonly (string | undefined)[], options: Options): Promise<Exit>;
}

/** The answer of a command: a document for scripts, or what a person reads. */
export function answer(context: Context, document: unknown, text: () => string | readonly string[]): void {
  const shown = context.json ? JSON.stringify(document, null, 2) : text();
  context.terminal.out(typeof shown === 'string' ? shown : shown.join('\n'));
}

/** A command line for the user to copy, on the stage that this one is about. */
export function lineFor({ stage, env }: Pick<Context, 'stage' | 'env'>, line: string): string {
  return `sluice ${line}${stage === (env['SLUICE_STAGE'] || 'dev') ? '' : ` --stage ${stage}`}`;
}
