import { backfill as carryOut } from '../export/backfill.ts';
import { openStore } from '../export/instance.ts';
import type { ObjectInfo, ObjectStore } from '../object/contract.ts';
import type { ExportBundle } from '../rule/index.ts';
import { belongsTo } from '../trigger/index.ts';
import { Progress } from './backfill-progress.ts';
import { countLines, summaryLines } from './backfill-text.ts';
import { answer, type CliCommand, type Context, lineFor } from './command.ts';
import { Exit, exitCodeOf, refused, usage } from './exit.ts';
import { exportRule } from './export-rule.ts';
import { problemEntry, problemLines } from './problem.ts';
import { openRunner } from './runner.ts';
import { tooOldToTell } from './too-old.ts';
import { count, since as moment } from './units.ts';

export interface BackfillOptions {
  readonly prefix?: string;
  readonly since?: string;
  readonly until?: string;
  readonly after?: string;
  readonly concurrency?: string;
  readonly dryRun?: boolean;
  readonly again?: boolean;
  readonly local?: boolean;
}

/** Of the rule's objects, which ones. Moments are milliseconds since 1970. */
interface Selection {
  readonly prefix: string;
  readonly since: number;
  readonly until: number;
  readonly after: string | undefined;
}

/** What is there to be done. */
export interface Extent {
  readonly objects: number;
  /** Stored bytes. */
  readonly bytes: number;
  /** Of them, so many are too old for the ledger to know. */
  readonly tooOld: number;
}

const CONCURRENCY = 8;

export const backfill: CliCommand<BackfillOptions> = {
  usage: '<rule>',
  description:
    'Runs a rule over the objects that are in its bucket already. Exactly once, an object that was exported before, by an event or by an earlier backfill, is left alone: it is safe to interrupt (Ctrl-C) and to start again while events arrive.',
  options: [
    ['--prefix <prefix>', "only keys that begin so, within the rule's own prefix"],
    ['--since <time>', 'only objects written since: 30m, 12h, 7d, or a date'],
    ['--until <time>', 'only objects written before'],
    ['--after <key>', 'only keys behind this one: where an interrupted backfill said that it was'],
    ['--concurrency <n>', `so many objects at once (default: ${CONCURRENCY}, or rate.instances where that is less)`],
    ['--dry-run', 'count the objects and their bytes; run nothing'],
    ['--again', 'also objects that are done: from their first byte, which sends their records once more'],
    ['--local', 'run on this machine instead of in the deployed function'],
  ],
  examples: [
    ['backfill errors-to-kafka --dry-run', 'how many objects, how many bytes'],
    ['backfill errors-to-kafka --since 7d', 'the last week; exit code 1 when an object failed or stopped'],
    ['backfill errors-to-kafka --prefix access/2026/01/ --concurrency 32', 'one month, 32 objects at once'],
  ],
  async run(context, [name = ''], options) {
    const { bundle, secrets } = await exportRule(context, name);
    const selection = selected(context, bundle, options);
    const concurrency = concurrencyOf(bundle, options.concurrency);
    const store = await openStore(bundle.rule, secrets);
    try {
      const extent = await measured(context, bundle, store, selection);
      if (options.dryRun === true) {
        answer(context, { rule: name, stage: context.stage, ...extent }, () => countLines(bundle, extent));
        return Exit.OK;
      }
      refuseTooOld(bundle, extent, options.again);
      warn(context, bundle, options.again);
      const runner = await openRunner(context, bundle, secrets, options.local);
      const progress = new Progress(context, extent);
      const interruption = new AbortController();
      const listen = context.onInterrupt(() => {
        interruption.abort();
        progress.say(
          'Interrupted: what is under way is finished first. Ctrl-C again ends at once; that loses nothing.',
        );
      });
      try {
        const result = await carryOut({
          objects: objectsOf(bundle, store, selection),
          run: ({ bucket, key }, although) => runner.run({ bucket, key, ...(although && { [although]: true }) }),
          ...(options.again === true && { although: 'again' as const }),
          clock: context.clock,
          pause: context.pause,
          concurrency,
          interrupted: interruption.signal,
          progress: (so) => progress.show(so),
        });
        progress.end();
        const { ended, ...counts } = result;
        const goOn = ended === undefined ? undefined : lineFor(context, lineToGoOn(name, options, result.upTo));
        answer(
          context,
          {
            rule: name,
            stage: context.stage,
            listed: extent,
            ...counts,
            ...(ended !== undefined && { ended: ended === 'interrupted' ? ended : problemEntry(ended), goOn }),
          },
          () => summaryLines(context, bundle, extent, result, goOn),
        );
        if (ended !== undefined && ended !== 'interrupted') {
          for (const line of problemLines(ended, context.terminal.errColors, false)) context.terminal.err(line);
          return exitCodeOf(ended);
        }
        return ended === undefined && result.stopped + result.failed === 0 ? Exit.OK : Exit.UNWELL;
      } finally {
        progress.end();
        listen();
        await runner.close();
      }
    } finally {
      store.close();
    }
  },
};

function selected(context: Context, { rule }: ExportBundle, options: BackfillOptions): Selection {
  const { prefix } = rule.source;
  const own = options.prefix ?? prefix;
  if (!own.startsWith(prefix))
    throw usage(`the rule reads keys that begin with ${prefix}`, `Give a --prefix that begins with ${prefix}.`);
  const at = (name: 'since' | 'until', otherwise: number) => {
    const given = options[name];
    if (given === undefined) return otherwise;
    const found = moment(given, context.clock());
    if (found === undefined) throw usage(`--${name} ${given} is no time`, 'Give 30m, 12h, 7d or 2026-01-31.');
    return found;
  };
  return {
    prefix: own,
    since: at('since', Number.NEGATIVE_INFINITY),
    until: at('until', Number.POSITIVE_INFINITY),
    after: options.after,
  };
}

function concurrencyOf({ rule }: ExportBundle, given: string | undefined): number {
  if (given === undefined) return Math.min(CONCURRENCY, rule.rate?.instances ?? CONCURRENCY);
  const number = Number(given);
  if (Number.isInteger(number) && number > 0 && number <= 1000) return number;
  throw usage(`--concurrency ${given} is no number of objects`, 'Give a number from 1 to 1000.');
}

async function* objectsOf(
  { rule }: ExportBundle,
  store: ObjectStore,
  selection: Selection,
): AsyncGenerator<ObjectInfo> {
  const { prefix, since, until, after } = selection;
  for await (const info of store.list(rule.source.bucket, prefix)) {
    const written = info.lastModified.getTime();
    if (!belongsTo(rule.source, info) || written < since || written >= until) continue;
    if (after === undefined || Buffer.compare(Buffer.from(info.key), Buffer.from(after)) > 0) yield info;
  }
}

/** A listing of its own, so that what is left can be told, and nothing is kept of a million objects. */
async function measured(
  { clock, terminal }: Context,
  bundle: ExportBundle,
  store: ObjectStore,
  selection: Selection,
): Promise<Extent> {
  const extent = { objects: 0, bytes: 0, tooOld: 0 };
  for await (const { size, lastModified } of objectsOf(bundle, store, selection)) {
    extent.objects++;
    extent.bytes += size;
    if (tooOldToTell(bundle, lastModified, clock())) extent.tooOld++;
    if (extent.objects % 1000 === 0) terminal.draw(`Listing: ${count(extent.objects)} objects …`);
  }
  terminal.draw(undefined);
  return extent;
}

function refuseTooOld({ rule }: ExportBundle, { objects, tooOld }: Extent, again: boolean | undefined): void {
  if (tooOld === 0 || again === true) return;
  const hours = rule.kafka.dedupe / 3600;
  throw refused(
    `${count(tooOld)} of ${count(objects)} objects are older than ${hours} h (dedupe): with ledger: kafka a finished object is known for so long, and whether they were exported cannot be told`,
    `Leave them out with --since ${hours}h, or, if their records are not in ${rule.kafka.topic}, give --again. ledger: dynamodb remembers for longer.`,
  );
}

function warn({ terminal }: Context, { rule }: ExportBundle, again: boolean | undefined): void {
  const { delivery } = rule.kafka;
  const why =
    delivery === 'at-least-once'
      ? 'delivery is at-least-once: the records of objects that were exported before are sent once more'
      : again === true
        ? '--again: the records of objects that were exported before are sent once more'
        : undefined;
  if (why !== undefined) terminal.err(terminal.errColors.yellow(`${why}.`));
}

/** What is sent anew each time must not be begun from the first key. */
function lineToGoOn(name: string, options: BackfillOptions, upTo: string | undefined): string {
  const { dryRun: _, after, ...rest } = options;
  const behind = options.again === true ? (upTo ?? after) : after;
  const given = { prefix: rest.prefix, since: rest.since, until: rest.until, concurrency: rest.concurrency };
  const flags = [
    ...Object.entries(given).flatMap(([flag, value]) => (value === undefined ? [] : [`--${flag} ${quoted(value)}`])),
    ...(behind === undefined ? [] : [`--after ${quoted(behind)}`]),
    ...(rest.again === true ? ['--again'] : []),
    ...(rest.local === true ? ['--local'] : []),
  ];
  return ['backfill', name, ...flags].join(' ');
}

function quoted(value: string): string {
  return /^[\w./:=@%+-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}
