import { bundlesOf } from '../rule/deployment/index.ts';
import { functionName } from '../rule/deployment/names.ts';
import { withoutEffect } from '../rule/deployment/without-effect.ts';
import { loadProject } from '../rule/disk.ts';
import { type RuleBundle, resolveRule } from '../rule/index.ts';
import type { DeployedStack } from './aws/ports.ts';
import { answer, type CliCommand, type Context, lineFor } from './command.ts';
import { confirm } from './confirm.ts';
import { Exit } from './exit.ts';
import { serverless } from './serverless.ts';
import { stackName } from './stack-name.ts';

interface DeployOptions {
  readonly yes?: boolean;
}

export interface DeployPlan {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly unchanged: readonly string[];
  readonly removed: readonly string[];
}

export const deploy: CliCommand<DeployOptions> = {
  description:
    'Validates the rules, tells what the deployment adds, changes and removes, and runs serverless deploy. It asks before it removes a function; a rename is a removal and an addition.',
  options: [['-y, --yes', 'do not ask']],
  examples: [
    ['deploy', 'all rules, to stage dev'],
    ['deploy --stage prod --yes', 'from a script'],
  ],
  async run(context, _args, { yes }) {
    const plan = await deployRules(context, { yes });
    answer(
      context,
      { stage: context.stage, ...plan, deployed: true },
      () => `Deployed to ${context.stage}. Is everything that it needs there? ${lineFor(context, 'check')}`,
    );
    return Exit.OK;
  },
};

interface Agreement {
  readonly yes: boolean | undefined;
  /** A rule whose removal was agreed to already. */
  readonly removal?: string;
}

/** Validates, tells what a deployment does, asks before it removes what nobody agreed to yet, and deploys. */
export async function deployRules(context: Context, { yes, removal }: Agreement): Promise<DeployPlan> {
  const project = await loadProject(context.root, context.env);
  const bundles = bundlesOf(project, context.stage);
  const stack = await (await context.aws.stacks()).describe(await stackName(context));
  const plan = planOf(bundles, stack, context.stage);
  for (const line of planLines(plan, context)) context.terminal.err(line);
  for (const { rule } of bundles) {
    for (const note of withoutEffect(resolveRule(project, rule.name, context.stage)))
      context.terminal.err(context.terminal.errColors.yellow(`${rule.name}: ${note}`));
  }
  if (plan.removed.some((name) => name !== removal)) await confirm(context, 'Deploy?', yes);
  await serverless(context, 'deploy');
  return plan;
}

export function planOf(bundles: readonly RuleBundle[], stack: DeployedStack | undefined, stage: string): DeployPlan {
  const deployed = new Map(
    [...(stack?.functions ?? [])].flatMap(([name, { env }]) => {
      const rule = env['SLUICE_RULE'];
      return rule === undefined ? [] : [[rule, { name, hash: env['SLUICE_RULE_HASH'] }] as const];
    }),
  );
  const names = bundles.map(({ rule }) => rule.name);
  const known = bundles.filter(({ rule }) => deployed.get(rule.name)?.name === functionName(rule.name, stage));
  const same = known.filter(({ rule, hash }) => deployed.get(rule.name)?.hash === hash).map(({ rule }) => rule.name);
  return {
    added: names.filter((name) => !deployed.has(name)),
    changed: known.map(({ rule }) => rule.name).filter((name) => !same.includes(name)),
    unchanged: same,
    removed: [...deployed.keys()].filter((name) => !names.includes(name)),
  };
}

export function planLines(
  { added, changed, unchanged, removed }: DeployPlan,
  { stage, terminal }: Pick<Context, 'stage' | 'terminal'>,
): string[] {
  const { errColors: colors } = terminal;
  const lines = [
    ...added.map((name) => `  ${colors.green('+')} ${name}`),
    ...changed.map((name) => `  ${colors.yellow('~')} ${name}`),
    ...removed.map(
      (name) =>
        `  ${colors.red('-')} ${name}  its function, what feeds it, its log and its queue of failed events go; what it sent or wrote stays`,
    ),
    ...(unchanged.length > 0 ? [`    ${unchanged.length} unchanged`] : []),
  ];
  const renamed =
    added.length > 0 && removed.length > 0
      ? [
          '',
          `If ${removed[0]} was renamed to ${added[0]}: a rule cannot be renamed. This removes the one and adds the other, which knows nothing of what was exported; a sink would read its topics anew.`,
        ]
      : [];
  return [`Stage ${stage}:`, ...lines, ...renamed];
}
