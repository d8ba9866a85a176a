import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SluiceError } from '../failure/index.ts';
import { bundlePath } from './bundle.ts';
import type { RuleBundle, RuleKind, RuleOf } from './schema.ts';
import type { Environment } from './variables.ts';

/**
 * The rule that a function was deployed with. It lies where AWS unpacked the package; when the function is invoked by
 * hand, from a folder that a bundler made somewhere inside the project, in one of the folders above.
 * Throws SluiceError (`MissingRule`, `WrongKind`).
 */
export function readDeployedRule<K extends RuleKind>(
  kind: K,
  env: Environment,
  workingDirectory: string,
): RuleBundle<RuleOf<K>> {
  const bundle = readBundle(env, workingDirectory);
  if (isOf(bundle, kind)) return bundle;
  throw new SluiceError(
    'WrongKind',
    `${bundle.rule.name} is of kind ${bundle.rule.kind}, and its handler is for ${kind}`,
    {
      stage: 'rule',
      context: { rule: bundle.rule.name },
      fix: 'Take the functions of serverless.yml from functions.cjs, and deploy again.',
    },
  );
}

function isOf<K extends RuleKind>(bundle: RuleBundle, kind: K): bundle is RuleBundle<RuleOf<K>> {
  return bundle.rule.kind === kind;
}

function readBundle(env: Environment, workingDirectory: string): RuleBundle {
  const { SLUICE_STAGE = '', SLUICE_RULE = '', LAMBDA_TASK_ROOT } = env;
  const path = bundlePath(SLUICE_STAGE, SLUICE_RULE);
  const roots = [...(LAMBDA_TASK_ROOT === undefined ? [] : [LAMBDA_TASK_ROOT]), ...upward(workingDirectory)];
  const root = roots.find((each) => existsSync(join(each, path)));
  if (root !== undefined) return JSON.parse(readFileSync(join(root, path), 'utf8')) as RuleBundle;
  throw new SluiceError('MissingRule', `the function was packaged without its rule, ${path}`, {
    stage: 'rule',
    context: { rule: SLUICE_RULE, file: path },
    fix: 'Deploy it anew with sluice deploy or serverless deploy, which write that file into the package.',
  });
}

function upward(folder: string): string[] {
  const above = dirname(folder);
  return above === folder ? [folder] : [folder, ...upward(above)];
}
