import { SluiceError } from '../failure/index.ts';
import { functionName } from '../rule/deployment/names.ts';
import { loadProject } from '../rule/disk.ts';
import { isSink, listRules, type ResolvedRule, resolveRule } from '../rule/index.ts';
import type { Stop } from '../sink/contract.ts';
import type { AnyRun, RunLogs } from './aws/ports.ts';
import { answer, type CliCommand, type Context } from './command.ts';
import { askDeployed, type Deployed, standingOf } from './deployed.ts';
import { Exit, exitCodeOf } from './exit.ts';
import { place, problemEntry, problemLines } from './problem.ts';
import { type RuleState, STATE_TEXT, type Standing } from './rule-state.ts';
import { resultText } from './run-text.ts';
import { table } from './table.ts';
import type { Colors } from './terminal.ts';
import { ago, count } from './units.ts';
import { needsHand, type Waiting, waitingNotes, waitingOf } from './waiting.ts';

interface ListedRule extends Standing {
  readonly name: string;
  readonly kind?: string;
  readonly file?: string;
  readonly function: string;
  readonly lastRun?: AnyRun;
  readonly stops?: readonly Stop[];
  readonly waiting?: Waiting;
}

const UNWELL: ReadonlySet<RuleState> = new Set(['altered', 'deleted', 'invalid']);

export const list: CliCommand = {
  description:
    'Lists the rules: whether each is deployed as its file has it, whether its function was altered or deleted on AWS by hand, its last run, and what waits: objects that stand still, parked events, failed events that are tried again.',
  examples: [
    ['list', 'the rules on stage dev'],
    [
      'list --stage prod --json',
      'for scripts; exit code 1 when a rule is altered or deleted, or something of it stands still or is parked',
    ],
  ],
  async run(context) {
    const project = await loadProject(context.root, context.env);
    const deployed = await askDeployed(context);
    const here = listRules(project);
    const rules: ListedRule[] = await Promise.all([
      ...here.map(async ({ name, kind, file }): Promise<ListedRule> => {
        const facts = {
          name,
          file,
          function: functionName(name, context.stage),
          ...(kind === undefined ? {} : { kind }),
        };
        let resolved: ResolvedRule;
        try {
          resolved = resolveRule(project, name, context.stage);
        } catch (error) {
          if (!(error instanceof SluiceError)) throw error;
          return { ...facts, state: 'invalid', notes: [`${place(error.context) ?? file}: ${error.message}`] };
        }
        return { ...facts, ...(await onAws(context, deployed, facts.function, resolved)) };
      }),
      ...orphans(deployed, new Set(here.map(({ name }) => functionName(name, context.stage)))),
    ]);
    for (const broken of project.broken) {
      for (const line of problemLines(broken, context.terminal.errColors, false)) context.terminal.err(line);
    }
    answer(context, { stage: context.stage, rules, problems: project.broken.map(problemEntry) }, () =>
      text(context, rules),
    );
    if (deployed instanceof SluiceError) {
      for (const line of problemLines(deployed, context.terminal.errColors, false)) context.terminal.err(line);
      return exitCodeOf(deployed);
    }
    return project.broken.length > 0
      ? Exit.USAGE
      : rules.some(({ state, waiting, stops = [] }) => UNWELL.has(state) || needsHand(waiting) || stops.length > 0)
        ? Exit.UNWELL
        : Exit.OK;
  },
};

async function onAws(
  context: Context,
  deployed: Deployed | SluiceError,
  name: string,
  { bundle, rule }: ResolvedRule,
): Promise<Standing & Pick<ListedRule, 'lastRun' | 'waiting' | 'stops'>> {
  if (deployed instanceof SluiceError) return { state: 'unknown', notes: [] };
  const { actual: _, ...stands } = await standingOf(deployed, name, bundle.hash);
  if (stands.state === 'not deployed') return stands;
  if (isSink(bundle)) return sinkOnAws(context, stands, name, rule.name);
  const [last, waiting] = await Promise.all([lastRunOf(name, () => context.aws.runLogs()), waitingOf(context, bundle)]);
  return {
    ...stands,
    notes: [...stands.notes, ...last.notes, ...waitingNotes(context, rule.name, waiting)],
    ...(last.run === undefined ? {} : { lastRun: last.run }),
    waiting,
  };
}

async function sinkOnAws(
  context: Context,
  stands: Standing,
  name: string,
  rule: string,
): Promise<Standing & Pick<ListedRule, 'lastRun' | 'stops'>> {
  const { stopsOf, stopNotes } = await import('./sink/logs.ts');
  const [last, stops] = await Promise.all([lastRunOf(name, () => context.aws.sinkRunLogs()), stopsOf(context, rule)]);
  return {
    ...stands,
    notes: [...stands.notes, ...last.notes, ...stopNotes(context, rule, stops)],
    ...(last.run === undefined ? {} : { lastRun: last.run }),
    stops,
  };
}

async function lastRunOf<R extends AnyRun>(
  name: string,
  logs: () => Promise<RunLogs<R>>,
): Promise<{ readonly run?: R; readonly notes: readonly string[] }> {
  try {
    const last = await (await logs()).last(name);
    return last === undefined ? { notes: [] } : { run: last.run, notes: [] };
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    return { notes: [`no last run: ${error.message}`] };
  }
}

function orphans(deployed: Deployed | SluiceError, known: ReadonlySet<string>): readonly ListedRule[] {
  if (deployed instanceof SluiceError || deployed.stack === undefined) return [];
  return [...deployed.stack.functions].flatMap(([name, { env }]) => {
    const rule = env['SLUICE_RULE'];
    if (rule === undefined || known.has(name)) return [];
    const notes = [
      'its file is gone or was renamed: the next sluice deploy removes it (a rename is a removal and an addition)',
    ];
    return [{ name: rule, function: name, state: 'orphaned' as const, notes }];
  });
}

function text({ terminal, stage, clock }: Context, rules: readonly ListedRule[]): string[] {
  const { colors, columns } = terminal;
  if (rules.length === 0) return ['There are no rules yet. Make one with sluice add.'];
  const rows = rules.map(({ name, kind = '', state, lastRun }) => [
    name,
    kind,
    colored(state, colors),
    lastRun === undefined ? '' : ago(Date.parse(lastRun.startedAt) + lastRun.durationMs, clock()),
    lastRun === undefined ? '' : resultText(lastRun.result, colors),
    lastRun === undefined ? '' : count('sent' in lastRun ? lastRun.sent : lastRun.written),
  ]);
  const titles = [
    { title: 'rule' },
    { title: 'kind' },
    { title: `state on ${stage}` },
    { title: 'last run' },
    { title: 'result' },
    { title: 'sent', right: true },
  ];
  const notes = rules.flatMap(({ name, notes: said }) => said.map((note) => `${name}: ${note}`));
  return [...table(titles, rows, columns), ...(notes.length > 0 ? ['', ...notes] : [])];
}

function colored(state: RuleState, colors: Colors): string {
  const words = STATE_TEXT[state];
  if (state === 'deployed') return colors.green(words);
  if (state === 'not deployed' || state === 'unknown') return colors.dim(words);
  return UNWELL.has(state) ? colors.red(words) : colors.yellow(words);
}
