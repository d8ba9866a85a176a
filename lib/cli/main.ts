import { spawn } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { Command, CommanderError } from 'commander';
import { awsPorts } from './aws/ports.ts';
import type { CliCommand, Context } from './command.ts';
import { COMMANDS } from './commands.ts';
import { EXIT_HELP, Exit, exitCodeOf } from './exit.ts';
import { problemDocument, problemLines } from './problem.ts';
import { projectRoot } from './root.ts';
import { processTerminal } from './terminal.ts';

interface SharedOptions {
  readonly stage: string;
  readonly json?: boolean;
  readonly debug?: boolean;
}

/** What `main` takes from the process; a test gives its own. */
export type Surroundings = Omit<Context, 'stage' | 'json' | 'root'> & { readonly cwd: string };

const ABOUT = `Carries records of objects through Kafka into databases, as functions. One rule is one file in rules/.`;

/** Runs a command line (without node and the program's name) and resolves to its exit code. Never throws. */
export async function main(argv: readonly string[], given: Partial<Surroundings> = {}): Promise<Exit> {
  const surroundings = { ...ofProcess(given.terminal), ...given };
  const { terminal } = surroundings;
  const debug = argv.includes('--debug');
  try {
    return await parse(argv, surroundings);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? Exit.OK : Exit.USAGE;
    for (const line of problemLines(error, terminal.errColors, debug)) terminal.err(line);
    if (argv.includes('--json')) terminal.out(JSON.stringify(problemDocument(error), null, 2));
    return exitCodeOf(error);
  }
}

async function parse(argv: readonly string[], surroundings: Surroundings): Promise<Exit> {
  let exit: Exit = Exit.OK;
  const program = configured(new Command('sluice'), surroundings)
    .usage('<command> [options]')
    .description(ABOUT)
    .helpCommand(false)
    .addHelpText('after', `\nsluice <command> --help shows its options and examples.\n\n${EXIT_HELP}`);
  for (const { name, summary, load } of COMMANDS) {
    const command = configured(program.command(name), surroundings).summary(summary);
    if (!argv.includes(name)) continue;
    const module = await load();
    declare(command, name, module, surroundings.env).action(async () => {
      const options = command.opts<SharedOptions>();
      const args = command.processedArgs as readonly (string | undefined)[];
      const { stage, json = false } = options;
      const root = projectRoot(surroundings.cwd);
      exit = await module.run({ ...surroundings, root, stage, json }, args, options);
    });
  }
  if (argv.length === 0) {
    program.outputHelp();
    return Exit.USAGE;
  }
  await program.parseAsync(argv, { from: 'user' });
  return exit;
}

function configured(command: Command, { terminal }: Surroundings): Command {
  return command
    .exitOverride()
    .showHelpAfterError('(--help shows what there is)')
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.err(text.trimEnd()),
      getOutHelpWidth: () => Math.min(terminal.columns, 120),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
}

function declare(command: Command, name: string, module: CliCommand, env: NodeJS.ProcessEnv): Command {
  command.description(module.description);
  for (const argument of module.usage?.split(' ') ?? []) command.argument(argument);
  for (const [flags, description, initial] of module.options ?? []) command.option(flags, description, initial);
  const examples = module.examples.map(([line, what]) => `  sluice ${line}\n      ${what}`);
  return command
    .option('--stage <stage>', 'the stage', env['SLUICE_STAGE'] || 'dev')
    .option('--json', 'one JSON document on standard output')
    .option('--debug', 'print the stack of an error')
    .addHelpText('after', `\nExamples\n${examples.join('\n')}\n\nSee sluice ${name} among all: sluice --help`);
}

function ofProcess(terminal = processTerminal(process, process.env)): Surroundings {
  return {
    terminal,
    env: process.env,
    cwd: process.cwd(),
    clock: Date.now,
    pause: async (ms) => void (await setTimeout(ms)),
    onInterrupt: (handler) => {
      process.once('SIGINT', handler).once('SIGTERM', handler);
      return () => void process.off('SIGINT', handler).off('SIGTERM', handler);
    },
    aws: awsPorts(),
    spawn: (program, args, { cwd, quiet } = {}) =>
      new Promise((resolve, reject) => {
        const stdio = ['inherit', quiet === true ? process.stderr : 'inherit', 'inherit'] as const;
        const child = spawn(program, args, { stdio: [...stdio], ...(cwd === undefined ? {} : { cwd }) });
        child.once('error', reject);
        child.once('close', (code) => resolve(code ?? Exit.UNWELL));
      }),
  };
}
