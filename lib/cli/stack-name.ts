import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { SluiceError } from '../failure/index.ts';
import type { Context } from './command.ts';

/** The CloudFormation stack that serverless.yml deploys to on a stage. */
export async function stackName({ root, stage }: Pick<Context, 'root' | 'stage'>): Promise<string> {
  const file = join(root, 'serverless.yml');
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new SluiceError('NoProject', `there is no serverless.yml in ${root}`, {
      stage: 'rule',
      fix: 'Run this in the project that the rules are deployed from.',
      cause,
    });
  });
  const { service } = parse(text, { logLevel: 'silent' }) as { service?: unknown };
  if (typeof service === 'string') return `${service}-${stage}`;
  throw new SluiceError('NoService', 'serverless.yml names no service', {
    stage: 'rule',
    context: { file: 'serverless.yml' },
    fix: 'Write `service: sluice` in it.',
  });
}
