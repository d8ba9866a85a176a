import { replayRule } from '../export/replay/open.ts';
import type { Replay } from '../export/replay.ts';
import { SluiceError } from '../failure/index.ts';
import { functionName } from '../rule/deployment/names.ts';
import { answer, type CliCommand, type Context, lineFor } from './command.ts';
import { confirm } from './confirm.ts';
import { Exit } from './exit.ts';
import { exportRule } from './export-rule.ts';
import { ledgerTableOf } from './stack-name.ts';
import { count, counted } from './units.ts';

interface ReplayOptions {
  readonly dryRun?: boolean;
  readonly again?: boolean;
  readonly local?: boolean;
  readonly yes?: boolean;
}

type Sums = Omit<Replay, 'more'>;

/** Nobody ends it on this machine but the user; it is asked whether it was interrupted as often as a function would be. */
const HERE_MS = 60_000;

export const replay: CliCommand<ReplayOptions> = {
  usage: '<rule>',
  description:
    'Takes the dead letters of a rule through its query once more, each once: what passes now goes to the topic, what fails again gets a new letter. Mend the rule and deploy it first. Safe to interrupt: the next replay goes on behind the last letter that is settled.',
  options: [
    ['--dry-run', 'count what would be sent and what would fail again; send nothing'],
    ['--again', 'all letters that are still there, also those that were replayed: their records are sent once more'],
    ['--local', 'run on this machine instead of in the deployed function'],
    ['-y, --yes', 'with --again: do not ask'],
  ],
  examples: [
    ['replay errors-to-kafka --dry-run', 'does the mended query take them?'],
    ['replay errors-to-kafka', 'exit code 1 when records failed again'],
  ],
  async run(context, [name = ''], { dryRun = false, again = false, local, yes }) {
    const call = await caller(context, name, { dryRun, again: again && !dryRun }, local);
    if (again && !dryRun) await confirm(context, 'Send the records of all letters once more?', yes);
    const interruption = new AbortController();
    const listen = context.onInterrupt(() => {
      interruption.abort();
      context.terminal.err('Interrupted: what is under way is finished first.');
    });
    const sums: { -readonly [Field in keyof Sums]: number } = { letters: 0, sent: 0, failed: 0, repeated: 0 };
    let more = true;
    try {
      // Only the first call begins anew; nothing is settled by a dry run, which therefore has one call.
      for (let first = true; more && !interruption.signal.aborted; first = false) {
        const part = await call(first);
        for (const field of ['letters', 'sent', 'failed', 'repeated'] as const) sums[field] += part[field];
        more = part.more;
        context.terminal.draw(`${count(sums.letters)} letters, ${count(sums.sent)} records sent`);
        if (dryRun) break;
      }
    } finally {
      context.terminal.draw(undefined);
      listen();
    }
    answer(context, { rule: name, stage: context.stage, dryRun, ...sums, more }, () =>
      lines(context, name, dryRun, sums, more),
    );
    return !more && sums.failed === 0 ? Exit.OK : Exit.UNWELL;
  },
};

/** What carries out a part of it: as much as an invocation of the function has time for. */
async function caller(
  context: Context,
  name: string,
  { dryRun, again }: { readonly dryRun: boolean; readonly again: boolean },
  local: boolean | undefined,
): Promise<(first: boolean) => Promise<Replay>> {
  const { clock, stage } = context;
  const { bundle, secrets } = await exportRule(context, name);
  if (local === true) {
    const table = await ledgerTableOf(context);
    return (first) =>
      replayRule(bundle, { secrets, clock, deadline: clock() + HERE_MS, table }, { dryRun, again: again && first });
  }
  const fn = functionName(name, stage);
  const functions = await context.aws.functions();
  return async (first) => {
    const told = (await functions.invoke(fn, { sluice: 'replay', dryRun, again: again && first })) as
      | { readonly replay?: Replay }
      | undefined;
    if (told?.replay !== undefined) return told.replay;
    throw new SluiceError('BadAnswer', `${fn} answered without a replay`, {
      stage: 'cli',
      fix: 'It was deployed by another version of sluice: deploy again.',
    });
  };
}

function lines(context: Context, rule: string, dryRun: boolean, sums: Sums, more: boolean): string[] {
  const { letters, sent, failed, repeated } = sums;
  if (letters === 0 && !more) return ['There is no dead letter that was not replayed.'];
  const would = dryRun ? 'would be ' : '';
  return [
    `${counted(letters, 'dead letter')}: ${counted(sent, 'record')} ${would}sent${repeated > 0 ? `, ${count(repeated)} left out, being there twice` : ''}.`,
    ...(failed > 0
      ? [
          `${counted(failed, 'record')} ${dryRun ? 'would fail' : 'failed'} again${dryRun ? '' : ', each with a new letter that says why'}.`,
        ]
      : []),
    ...(more
      ? [
          dryRun
            ? 'These are not all: a dry run looks at as many as there is time for.'
            : `Interrupted. To go on: ${lineFor(context, `replay ${rule}`)}`,
        ]
      : []),
  ];
}
