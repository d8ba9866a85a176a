/** The programs that a user would type, run on behalf of the demo. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { StackFailure } from './part.ts';
import { PROJECT } from './project.ts';

export type Variables = Readonly<Record<string, string>>;

/** The Serverless Framework of this project; what it prints is shown only if it fails. */
export async function serverless(args: readonly string[], variables: Variables): Promise<void> {
  await run(path.join(PROJECT, 'node_modules/.bin/serverless'), args, variables, `serverless ${args.join(' ')}`);
}

/** A command of the CLI with `--json`: the document that it prints. */
export async function sluice<T>(args: readonly string[]): Promise<T> {
  const program = path.join(PROJECT, 'bin/sluice.mjs');
  const printed = await run(process.execPath, [program, ...args, '--json'], {}, `sluice ${args.join(' ')}`);
  return JSON.parse(printed) as T;
}

/** Resolves to what is printed on standard output. */
async function run(program: string, args: readonly string[], variables: Variables, shown: string): Promise<string> {
  const child = spawn(program, args, {
    cwd: PROJECT,
    env: { ...process.env, ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  let all = '';
  child.stdout.on('data', (chunk) => {
    printed += chunk;
    all += chunk;
  });
  child.stderr.on('data', (chunk) => (all += chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code === 0) return printed;
  throw new StackFailure(`${shown} ended with exit code ${code}:\n${all}`, 'See what it says above.');
}
