import { SluiceError } from '../failure/index.ts';
import type { Context } from './command.ts';

/** Runs the project's own Serverless Framework, its output where the user sees it. Throws SluiceError (`ServerlessFailed`). */
export async function serverless(context: Context, command: 'deploy' | 'remove'): Promise<void> {
  const { spawn, root, stage, json } = context;
  const args = ['--no', '--', 'serverless', command, '--stage', stage];
  const code = await spawn('npx', args, { cwd: root, quiet: json });
  if (code === 0) return;
  throw new SluiceError('ServerlessFailed', `serverless ${command} --stage ${stage} ended with exit code ${code}`, {
    stage: 'cli',
    fix: `Its own message stands above. Nothing that it had not done yet was done; npx serverless ${command} --stage ${stage} --verbose tells more.`,
  });
}
