import { SluiceError } from '../../failure/index.ts';
import { loadProject, writeBundles } from '../disk.ts';
import { listRules, type Project } from '../project.ts';
import { resolveRule } from '../resolve.ts';
import { isExport, isSink, type RuleBundle } from '../schema.ts';
import { secretsOf } from '../secrets.ts';
import { validateProject } from '../validate.ts';
import type { Environment } from '../variables.ts';
import { beginningsOf, type LiveStack } from './beginnings.ts';
import { localBuckets } from './buckets.ts';
import { functionOf, resourcesOf } from './function.ts';
import { ledgerResources } from './ledger.ts';
import { logicalId, type Template } from './names.ts';
import { type Beginnings, pollersOf } from './poller.ts';

/** What `serverless.yml` takes from the rules. */
export interface Deployment {
  readonly functions: Template;
  readonly resources: Template;
}

/**
 * The functions and resources of a project on one stage. Writes what each function is packaged with.
 * Throws SluiceError (`InvalidProject`) that tells everything that is wrong.
 */
export async function deploy(
  dir: string,
  stage: string,
  env: Environment,
  live: LiveStack,
  service: string,
): Promise<Deployment> {
  const bundles = bundlesOf(await loadProject(dir, env), stage);
  const beginnings = await beginningsOf(bundles, live);
  await writeBundles(dir, stage, bundles);
  return deployment(bundles, env, beginnings, service);
}

/** Pure: the same rules, environment and beginnings give the same template. */
export function deployment(
  bundles: readonly RuleBundle[],
  env: Environment,
  beginnings: Beginnings = new Map(),
  service?: string,
): Deployment {
  const local = bundles.filter(isExport).filter(({ stage }) => stage === 'local');
  const pollers = bundles.filter(isSink).flatMap((bundle) => pollersOf(bundle, beginnings));
  return {
    functions: Object.fromEntries(
      bundles.map((bundle) => [bundle.rule.name, functionOf(bundle, env, beginnings, service)]),
    ),
    resources: {
      Resources: {
        ...Object.assign({}, ...bundles.map(resourcesOf)),
        ...ledgerResources(bundles, service),
        ...localBuckets(local),
      },
      extensions: {
        // A large object is carried on by the same function; AWS would take that for a loop and end it.
        ...Object.fromEntries(
          bundles
            .filter(isExport)
            .map(({ rule }) => [`${logicalId(rule.name)}LambdaFunction`, { Properties: { RecursiveLoop: 'Allow' } }]),
        ),
        ...Object.fromEntries(
          pollers
            .filter(({ extension }) => Object.keys(extension).length > 0)
            .map(({ id, extension }) => [id, { Properties: extension }]),
        ),
      },
    },
  };
}

/** Every rule of a project, ready for a stage, or SluiceError with all that stands against it. */
export function bundlesOf(project: Project, stage: string): readonly RuleBundle[] {
  const problems = [...validateProject(project, stage)];
  if (problems.length === 0) {
    const bundles = listRules(project).map(({ name }) => resolveRule(project, name, stage).bundle);
    problems.push(...bundles.flatMap(unreachableSecrets));
    if (problems.length === 0) return bundles;
  }
  const told = problems.map(({ context: { file, line, column }, message, fix }) => {
    const place = file === undefined ? '' : `${file}:${line}:${column} `;
    return `${place}${message}${fix === undefined ? '' : `\n    ${fix}`}`;
  });
  throw new SluiceError('InvalidProject', `the rules cannot be deployed to ${stage}:\n${told.join('\n')}`, {
    stage: 'rule',
    cause: problems[0],
  });
}

/** `env:` and `file:` name what is on the machine of whoever deploys; a function on AWS has neither. */
function unreachableSecrets(bundle: RuleBundle): SluiceError[] {
  if (bundle.stage === 'local') return [];
  return secretsOf(bundle)
    .filter(({ name }) => /^(env|file):/.test(name))
    .map(({ of }) => {
      const message = `${of} of ${bundle.rule.name} is for local work: a function on stage ${bundle.stage} cannot read it`;
      return new SluiceError('LocalSecret', message, {
        stage: 'rule',
        context: { rule: bundle.rule.name },
        fix: 'Name a secret of Secrets Manager.',
      });
    });
}
