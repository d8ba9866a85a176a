import { backfill } from '../export/backfill.ts';
import type { StoppedObject } from '../ledger/contract.ts';
import { loadProject } from '../rule/disk.ts';
import { isSink, resolveRule } from '../rule/index.ts';
import { answer, type CliCommand, type Context, lineFor } from './command.ts';
import { confirm } from './confirm.ts';
import { Exit, exitCodeOf, usage } from './exit.ts';
import { exportRule } from './export-rule.ts';
import { objectOf } from './object-argument.ts';
import { problemLines } from './problem.ts';
import { openRunner } from './runner.ts';
import type { SinkResumeOptions } from './sink/resume.ts';
import { ledgerTableOf } from './stack-name.ts';
import { stoppedTable } from './standstill-text.ts';
import { printable } from './table.ts';
import { counted } from './units.ts';

interface ResumeOptions extends SinkResumeOptions {
  readonly forget?: boolean;
}

/** Objects that go on side by side. */
const CONCURRENCY = 4;

export const resume: CliCommand<ResumeOptions> = {
  usage: '<rule> [key-or-topic]',
  description:
    'Goes on with objects that stand still (onError: retain, or an object that could not be read on), each from the record that it stands at. Mend what they stopped for and deploy first: else they stop there again. Of a sink: with the partitions that stand still, each from the message that it stands at.',
  options: [
    ['-y, --yes', 'do not ask'],
    ['--local', 'run on this machine instead of in the deployed function'],
    ['--forget', 'only take objects off the list that are gone or were replaced; nothing is sent'],
    ['--skip', 'of a sink: leave out the one message that each partition stands at; it stays in its topic'],
    ['--recreated', 'of a sink: the topic was deleted and made anew; forget the offsets that the target keeps of it'],
  ],
  examples: [
    ['resume errors-to-kafka', 'lists all objects that stand still, and asks'],
    ['resume errors-to-kafka access/2026/01/31/a.csv.gz', 'one of them; exit code 1 when it stopped again'],
    ['resume errors-to-postgres', 'the partitions of a sink'],
    ['resume errors-to-postgres --skip', 'past the bad messages that they stand at'],
    ['resume errors-to-postgres errors --recreated', 'the topic errors was deleted and made anew'],
  ],
  async run(context, [name = '', key], options) {
    const { yes, local } = options;
    const found = resolveRule(await loadProject(context.root, context.env), name, context.stage).bundle;
    if (isSink(found)) return (await import('./sink/resume.ts')).resumeSink(context, found, key, options);
    if (options.skip === true)
      throw usage('--skip leaves out a message of a sink', 'To let the good records of an object pass, set onError.');
    const { bundle, secrets } = await exportRule(context, name);
    if (bundle.rule.kafka.delivery === 'at-least-once')
      throw usage(
        `nothing is kept of where the objects of ${name} stand: its delivery is at-least-once`,
        `Begin an object anew: ${lineFor(context, `trigger ${name} KEY`)}`,
      );
    const standstill = await context.aws.standstill(bundle, secrets, await ledgerTableOf(context));
    const stopped: StoppedObject[] = [];
    try {
      for await (const each of standstill.stopped()) stopped.push(each);
    } finally {
      standstill.close();
    }
    const wanted =
      key === undefined ? stopped : onlyOf(context, name, stopped, objectOf(key, bundle.rule.source.bucket));
    if (wanted.length === 0) {
      answer(context, { rule: name, stage: context.stage, objects: 0 }, () => 'Nothing stands still.');
      return Exit.OK;
    }
    if (key === undefined) {
      for (const line of stoppedTable(context, wanted)) context.terminal.err(line);
      await confirm(
        context,
        `${options.forget === true ? 'Forget' : 'Go on with'} ${counted(wanted.length, 'object')}?`,
        yes,
      );
    }
    if (options.forget === true) return forgotten(context, { bundle, secrets }, wanted);
    const runner = await openRunner(context, bundle, secrets, local);
    const interruption = new AbortController();
    const listen = context.onInterrupt(() => interruption.abort());
    try {
      const result = await backfill({
        objects: referencesOf(wanted),
        run: ({ bucket, key: of, versionId }, although) =>
          runner.run({
            bucket,
            key: of,
            ...(versionId !== undefined && { versionId }),
            ...(although && { [although]: true }),
          }),
        although: 'resume',
        clock: context.clock,
        pause: context.pause,
        concurrency: CONCURRENCY,
        interrupted: interruption.signal,
        progress: ({ objects }) => context.terminal.draw(`${objects} of ${counted(wanted.length, 'object')}`),
      });
      context.terminal.draw(undefined);
      const { ended, ...counts } = result;
      answer(context, { rule: name, stage: context.stage, ...counts, interrupted: ended === 'interrupted' }, () => [
        `${counted(result.exported + result.already, 'object')} exported, ${counted(result.sent, 'record')} sent; ${result.stopped} stopped again, ${result.failed} failed.`,
        ...(result.gone > 0 ? [goneLine(result.gone)] : []),
        ...result.left.flatMap(({ key: of, error: { reason, fix } }) => [
          `  ${context.terminal.colors.red('left:')} ${printable(of)}: ${printable(reason)}`,
          ...(fix === undefined ? [] : [`    ${context.terminal.colors.cyan('fix:')} ${printable(fix)}`]),
        ]),
        ...(ended === 'interrupted' ? [`Interrupted. To go on: ${lineFor(context, `resume ${name}`)}`] : []),
      ]);
      if (ended !== undefined && ended !== 'interrupted') {
        for (const line of problemLines(ended, context.terminal.errColors, false)) context.terminal.err(line);
        return exitCodeOf(ended);
      }
      return ended === undefined && result.stopped + result.failed === 0 ? Exit.OK : Exit.UNWELL;
    } finally {
      listen();
      await runner.close();
    }
  },
};

async function forgotten(
  context: Context,
  { bundle, secrets }: Awaited<ReturnType<typeof exportRule>>,
  objects: readonly StoppedObject[],
): Promise<Exit> {
  const { name, kafka } = bundle.rule;
  const standstill = await context.aws.standstill(bundle, secrets, await ledgerTableOf(context));
  try {
    for (const each of objects) await standstill.forget(each);
  } finally {
    standstill.close();
  }
  answer(
    context,
    { rule: name, stage: context.stage, forgotten: objects.length },
    () => `${counted(objects.length, 'object')} taken off the list; what was sent of them stays in ${kafka.topic}.`,
  );
  return Exit.OK;
}

function onlyOf(
  context: Context,
  rule: string,
  stopped: readonly StoppedObject[],
  { bucket, key }: { readonly bucket: string; readonly key: string },
): readonly StoppedObject[] {
  const found = stopped.filter((each) => each.bucket === bucket && each.key === key);
  if (found.length > 0) return found;
  throw usage(
    `s3://${bucket}/${key} does not stand still`,
    `See what does: ${lineFor(context, `logs ${rule}`)}. To run an object: ${lineFor(context, `trigger ${rule} KEY`)}`,
  );
}

/** What an ETag looks like; anything else names a version of a bucket that keeps them. */
const ETAG = /^"?[0-9a-f]{32}(-\d+)?"?$/;

async function* referencesOf(stopped: readonly StoppedObject[]) {
  for (const { bucket, key, version } of stopped) {
    yield { bucket, key, ...(ETAG.test(version) ? {} : { versionId: version }) };
  }
}

function goneLine(gone: number): string {
  return `${counted(gone, 'object')} cannot go on: gone from the bucket since. --forget takes such off the list.`;
}
