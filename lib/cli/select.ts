import { type Coordinates, type RecordFailure, SluiceError } from '../failure/index.ts';
import { open as openObject } from '../object/open.ts';
import { objectAccess } from '../object/random-access.ts';
import type { PreparedSelect, SelectSource } from '../select/contract.ts';
import { explain, prepare } from '../select/index.ts';
import { answer, type CliCommand, type Context } from './command.ts';
import { Exit, exitCodeOf, usage } from './exit.ts';
import { explainLines } from './explain-text.ts';
import { openLocal } from './local-source.ts';
import { objectOf } from './object-argument.ts';
import { problemLines } from './problem.ts';
import { documentRows, plainRows } from './row-output.ts';
import { compressionOf, FORMAT_FLAGS, type FormatFlags, inputOf, outputOf, rowEndOf } from './select-formats.ts';
import { type Counts, writeRows } from './select-rows.ts';
import { printable } from './table.ts';
import type { Terminal } from './terminal.ts';
import { count, counted } from './units.ts';

interface SelectOptions extends FormatFlags {
  readonly onError: string;
  readonly explain?: boolean;
  readonly endpoint?: string;
  readonly region?: string;
}

const SHOWN_REJECTS = 10;

export const select: CliCommand<SelectOptions> = {
  usage: '<query> [source]',
  description:
    'Runs an S3 Select query over a local file, s3://bucket/key, or standard input, and writes the rows as they are found. No rule and no project is needed. docs/select.md is the reference of the dialect.',
  options: [
    ...FORMAT_FLAGS,
    ['--on-error <policy>', 'stop at a record that fails, or skip it: it is told of on standard error', 'stop'],
    ['--explain', 'what the query needs of each record; nothing is read'],
    ['--endpoint <url>', 's3://: a store other than AWS'],
    ['--region <region>', 's3://: default as for every AWS tool'],
  ],
  examples: [
    [`select "SELECT s.id FROM S3Object s WHERE s.status >= 500" access.csv.gz --header use`, 'over a local file'],
    [`select "SELECT COUNT(*) FROM S3Object" s3://my-logs/access/a.jsonl`, 'over an object'],
    [`select "SELECT * FROM S3Object s LIMIT 5" --format alb --output csv < alb.log`, 'over standard input'],
  ],
  async run(context, [sql = '', argument], options) {
    const { terminal, json, clock } = context;
    const { onError } = options;
    if (onError !== 'stop' && onError !== 'skip')
      throw usage(`--on-error ${onError} means nothing`, 'Give stop or skip.');
    const input = inputOf(options, argument ?? '');
    const output = outputOf(options);
    const query = prepare(sql, { input, output, now: clock });
    if (options.explain === true) {
      answer(context, explain(query), () => explainLines(explain(query)));
      return Exit.OK;
    }
    if (json && output.kind !== 'json')
      throw usage(`--json makes one JSON document, and the output is ${output.kind}`, 'Leave out one of them.');
    const rows = json ? documentRows(terminal) : plainRows(terminal, rowEndOf(options));
    const counts: Counts = { scanned: 0, matched: 0, rejected: 0, bytes: 0 };
    const source = await open(context, argument, query.access, options);
    try {
      await writeRows(query.run(source.body), counts, {
        access: query.access,
        onError,
        rows,
        rejected: tellRejected(terminal, query.access),
      });
      await rows.end(counts);
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      const placed = error.at(source.place);
      if (!json) throw placed;
      await rows.end(counts, placed);
      for (const line of problemLines(placed, terminal.errColors, false)) terminal.err(line);
      return exitCodeOf(placed);
    } finally {
      source.close();
    }
    if (counts.rejected > 0) {
      const all = counted(counts.scanned, 'record');
      terminal.err(terminal.errColors.yellow(`${count(counts.rejected)} of ${all} rejected`));
    }
    return Exit.OK;
  },
};

/** The first of them in full; a file of another format has millions. */
function tellRejected({ err }: Terminal, access: PreparedSelect['access']): (failure: RecordFailure) => void {
  let told = 0;
  return ({ offset, length, reason, code }) => {
    if (told++ < SHOWN_REJECTS)
      err(
        `rejected ${access === 'random' ? `row ${offset}` : `bytes ${offset}–${offset + length}`}: ${printable(reason)} (${code})`,
      );
  };
}

interface OpenSource {
  readonly body: SelectSource;
  /** What an error of the source should say of it. */
  readonly place: Coordinates;
  close(): void;
}

async function open(
  context: Context,
  argument: string | undefined,
  access: PreparedSelect['access'],
  options: SelectOptions,
): Promise<OpenSource> {
  if (argument === undefined && context.terminal.interactive) {
    throw usage('there is nothing to select from', 'Name a file or s3://bucket/key, or pipe something in.');
  }
  const compression = compressionOf(options);
  const isObject = argument !== undefined && /^(s3|cos):\/\//.test(argument);
  const found = isObject ? undefined : await openLocal(context, argument ?? '-', { access, compression });
  if (found !== undefined) return { body: found.body, place: {}, close: () => {} };
  if (!isObject) throw usage(`there is no file ${argument}`, 'Check the path, or name an object as s3://bucket/key.');
  const ref = objectOf(argument, '');
  // Loaded only here: AWS's client is larger than all that a local file needs.
  const { s3Store } = await import('../object/s3-store.ts');
  const { endpoint, region } = options;
  const store = s3Store({
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
  });
  try {
    const body =
      access === 'random'
        ? objectAccess(store, await store.head(ref))
        : (await openObject(store, ref, { compression })).bytes;
    return { body, place: ref, close: () => store.close() };
  } catch (error) {
    store.close();
    throw error;
  }
}
