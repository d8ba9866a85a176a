import { thrown } from '../export/check/probe.ts';
import { checkSetup } from '../export/check/setup.ts';
import { checkExport, type Finding, type Probe } from '../export/check.ts';
import { SluiceError } from '../failure/index.ts';
import { functionName } from '../rule/deployment/names.ts';
import { loadProject } from '../rule/disk.ts';
import {
  isExport,
  isSink,
  listRules,
  type Project,
  type RuleBundle,
  resolveRule,
  validateProject,
} from '../rule/index.ts';
import { createSecretStore, fetchSecret } from '../secret/index.ts';
import type { DeployedFunction, Functions } from './aws/ports.ts';
import { type PlacedProbe, ruleLines } from './check-text.ts';
import { answer, type CliCommand, type Context, lineFor } from './command.ts';
import { askDeployed, type Deployed, standingOf } from './deployed.ts';
import { Exit, usage } from './exit.ts';
import { problemEntry, problemLines } from './problem.ts';
import { HOW_TO_RESTORE, HOW_TO_UNDO, STATE_TEXT } from './rule-state.ts';
import { ledgerTableOf } from './stack-name.ts';
import { counted } from './units.ts';

interface CheckOptions {
  readonly files?: boolean;
}

export const check: CliCommand<CheckOptions> = {
  usage: '[rule]',
  description:
    'Looks whether everything that a rule needs is there and allowed, and says how to mend what is not. Network and secrets are probed in the deployed function where there is one, since only there its VPC can be judged; else on this machine.',
  options: [['--files', 'only validate the rule files, on every stage that they name; asks no server']],
  examples: [
    ['check', 'every rule on stage dev'],
    ['check errors-to-kafka --stage prod', 'one rule; exit code 1 when a probe failed'],
    ['check --files', 'are the rule files right? exit code 2 when not'],
  ],
  async run(context, [name], { files }) {
    const project = await loadProject(context.root, context.env);
    if (files === true) {
      if (name !== undefined) throw usage('--files validates all files together', 'Leave the rule out.');
      return validated(context, project);
    }
    const names = name === undefined ? listRules(project).map((rule) => rule.name) : [name];
    if (names.length === 0)
      throw project.broken[0] ?? usage('there are no rules to check', 'Make one with sluice add.');
    const bundles = names.map((each) => resolveRule(project, each, context.stage).bundle);
    const deployed = await askDeployed(context);
    const results: { readonly rule: string; readonly probes: readonly PlacedProbe[] }[] = [];
    for (const bundle of bundles)
      results.push({ rule: bundle.rule.name, probes: await probesOf(context, bundle, deployed) });
    answer(context, { stage: context.stage, rules: results }, () =>
      results.flatMap(({ rule, probes }, i) => [...(i > 0 ? [''] : []), ...ruleLines(context, rule, probes)]),
    );
    return results.some(({ probes }) => probes.some(({ state }) => state === 'failed')) ? Exit.UNWELL : Exit.OK;
  },
};

function validated(context: Context, project: Project): Exit {
  const problems = validateProject(project);
  const { terminal, json } = context;
  if (json) terminal.out(JSON.stringify({ problems: problems.map(problemEntry) }, null, 2));
  for (const problem of problems)
    for (const line of problemLines(problem, terminal.errColors, false)) terminal.err(line);
  if (problems.length > 0) {
    terminal.err(`\n${counted(problems.length, 'problem')} in the rule files`);
    return Exit.USAGE;
  }
  if (!json) terminal.out(`${counted(project.rules.length, 'rule file')}: all right`);
  return Exit.OK;
}

async function probesOf(
  context: Context,
  bundle: RuleBundle,
  deployed: Deployed | SluiceError,
): Promise<PlacedProbe[]> {
  const { clock, env, stage } = context;
  const name = functionName(bundle.rule.name, stage);
  const began = clock();
  const stands = await judged(deployed, name, bundle.hash);
  const deployment: PlacedProbe = {
    where: 'here',
    name: `function ${name}`,
    ...deploymentFinding(context, stands),
    ms: clock() - began,
  };
  const actual = stands instanceof SluiceError ? undefined : stands.actual;
  const secrets = createSecretStore({ fetch: fetchSecret({ env }), clock });
  const here = async () =>
    isExport(bundle)
      ? placed('here', await checkExport(bundle, { secrets, clock, table: await ledgerTableOf(context) }))
      : isSink(bundle)
        ? placed('here', await (await import('./sink/check.ts')).checkSinkHere(context, bundle, secrets))
        : [];
  const network =
    actual === undefined || deployed instanceof SluiceError
      ? here()
      : inFunction(deployed.functions, actual, clock, here);
  if (!isExport(bundle)) return [deployment, ...(await network)];
  const setup = context.aws
    .setup(bundle.rule.source, secrets)
    .then((ports) => checkSetup(bundle, { ...ports, clock, functionArn: actual?.arn }))
    .catch((error: unknown) => [{ name: 'set-up', ...thrown(error), ms: clock() - began }]);
  return [deployment, ...(await network), ...placed('here', await setup)];
}

type Judged = Awaited<ReturnType<typeof standingOf>>;

async function judged(deployed: Deployed | SluiceError, name: string, hash: string): Promise<Judged | SluiceError> {
  if (deployed instanceof SluiceError) return deployed;
  try {
    return await standingOf(deployed, name, hash);
  } catch (error) {
    if (error instanceof SluiceError) return error;
    throw error;
  }
}

function deploymentFinding(context: Context, stands: Judged | SluiceError): Finding {
  if (stands instanceof SluiceError) return thrown(stands);
  const { state, notes } = stands;
  const detail = [STATE_TEXT[state], ...notes.filter((note) => note !== HOW_TO_UNDO)].join('; ');
  switch (state) {
    case 'deployed':
      return { state: 'ok', detail };
    case 'changed':
      return {
        state: 'warning',
        detail: 'the file was changed since it was deployed; the probes in the function judge what was deployed',
        fix: `Deploy it: ${lineFor(context, 'deploy')}`,
      };
    case 'altered':
      return {
        state: 'warning',
        detail,
        fix: HOW_TO_UNDO,
      };
    case 'deleted':
      return { state: 'failed', detail: STATE_TEXT.deleted, fix: HOW_TO_RESTORE };
    default:
      return {
        state: 'warning',
        detail: `${STATE_TEXT[state]}: a VPC can be judged only from the function`,
        fix: `Deploy it: ${lineFor(context, 'deploy')}`,
      };
  }
}

async function inFunction(
  functions: Functions,
  { name }: DeployedFunction,
  clock: () => number,
  here: () => Promise<PlacedProbe[]>,
): Promise<PlacedProbe[]> {
  const began = clock();
  try {
    const told = (await functions.invoke(name, { sluice: 'check' })) as { probes?: readonly Probe[] } | undefined;
    if (told?.probes !== undefined) return placed('function', told.probes);
    throw new SluiceError('BadAnswer', `the function ${name} answered without probes`, {
      stage: 'cli',
      fix: 'It was deployed by another version of sluice: deploy again.',
    });
  } catch (error) {
    const probe: PlacedProbe = {
      where: 'function',
      name: 'probes in the function',
      ...thrown(error),
      ms: clock() - began,
    };
    return [probe, ...(await here())];
  }
}

function placed(where: PlacedProbe['where'], probes: readonly Probe[]): PlacedProbe[] {
  return probes.map((each) => ({ where, ...each }));
}
