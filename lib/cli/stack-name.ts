import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { SluiceError } from '../failure/index.ts';
import { ledgerTable } from '../rule/deployment/names.ts';
import type { Context } from './command.ts';

/** The CloudFormation stack that serverless.yml deploys to on a stage. */
export async function stackName(context: Pick<Context, 'root' | 'stage'>): Promise<string> {
  return `${await serviceName(context)}-${context.stage}`;
}

/** The table of the stack, where it has one. */
export async function ledgerTableOf(context: Pick<Context, 'root' | 'stage'>): Promise<string> {
  return ledgerTable(context.stage, await serviceName(context));
}

async function serviceName({ root }: Pick<Context, 'root'>): Promise<string> {
  const file = join(root, 'serverless.yml');
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new SluiceError('NoProject', `there is no serverless.yml in ${root}`, {
      stage: 'rule',
      fix: 'Run this in the project that the rules are deployed from.',
      cause,
    });
  });
  const { service } = parse(text, { logLevel: 'silent' }) as { service?: unknown };
  if (typeof service === 'string') return service;
  throw new SluiceError('NoService', 'serverless.yml names no service', {
    stage: 'rule',
    context: { file: 'serverless.yml' },
    fix: 'Write `service: sluice` in it.',
  });
}
