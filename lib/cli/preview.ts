import { openStore, prepareRule } from '../export/instance.ts';
import { type Preview, previewObject } from '../export/preview.ts';
import type { ObjectStore } from '../object/contract.ts';
import { open as openObject } from '../object/open.ts';
import { objectAccess } from '../object/random-access.ts';
import { loadProject } from '../rule/disk.ts';
import { type ExportRule, isSink, resolveExport, resolveRule } from '../rule/index.ts';
import { createSecretStore, fetchSecret } from '../secret/index.ts';
import type { PreparedSelect } from '../select/contract.ts';
import { explain } from '../select/index.ts';
import { chooseObject } from './choose-object.ts';
import { answer, type CliCommand, type Context } from './command.ts';
import { Exit, exitCodeOf, usage } from './exit.ts';
import { explainLines } from './explain-text.ts';
import { openLocal, type Source } from './local-source.ts';
import { objectOf } from './object-argument.ts';
import { previewDocument, previewLines } from './preview-text.ts';
import { problemLines } from './problem.ts';
import type { SinkPreviewOptions } from './sink/preview.ts';

interface PreviewOptions extends SinkPreviewOptions {
  readonly limit: string;
  readonly all?: boolean;
  readonly explain?: boolean;
}

export const preview: CliCommand<PreviewOptions> = {
  usage: '<rule> [object]',
  description:
    'Runs a rule over one object and shows what it would send. Nothing is written, and Kafka is not needed. The object is s3://bucket/key, a key in the bucket of the rule, a local file, or - for standard input. Of a sink, the sample in the rule or messages of its topics, after each step, and the statements that would be sent.',
  options: [
    ['--limit <n>', 'how many rows are shown', '20'],
    ['--all', 'read to the end of the object, for the counts; else reading ends with the rows'],
    ['--explain', 'what the query needs of each record; nothing is read'],
    ['--from <start>', 'of a sink: messages of its topics from earliest, latest or a time on'],
    ['--count <n>', 'of a sink: how many messages of its topics (5)'],
  ],
  examples: [
    ['preview errors-to-kafka access.csv.gz', 'over a local file; no server is needed'],
    [
      'preview errors-to-kafka access/2026/01/31/a.csv.gz --all',
      "over an object of the rule's bucket, counted to its end",
    ],
    ['preview errors-to-kafka - < access.csv', 'over standard input'],
    ['preview errors-to-postgres', 'the sample in the rule of a sink, step by step'],
    ['preview errors-to-postgres --from latest --count 3', 'the last three messages of its topics'],
  ],
  async run(context, [name = '', object], options) {
    const limit = Number(options.limit);
    if (!Number.isInteger(limit) || limit < 0)
      throw usage(`--limit ${options.limit} is no number of rows`, 'Give a number such as 50.');
    const project = await loadProject(context.root, context.env);
    const { bundle } = resolveRule(project, name, context.stage);
    if (isSink(bundle)) {
      if (object !== undefined) throw usage('a sink reads messages, not objects', 'Leave the object out.');
      return (await import('./sink/preview.ts')).previewSink(context, bundle, options);
    }
    const { rule } = resolveExport(project, name, context.stage);
    const select = prepareRule(rule, context.clock, { maxRows: Math.max(1, limit) });
    if (options.explain === true) {
      answer(context, explain(select), () => explainLines(explain(select)));
      return Exit.OK;
    }
    let store: ObjectStore | undefined;
    const openedStore = async () => {
      store ??= await openStore(
        rule,
        createSecretStore({ fetch: fetchSecret({ env: context.env }), clock: context.clock }),
      );
      return store;
    };
    let source: Source;
    let result: Preview;
    try {
      source = await open(context, rule, object, select.access, openedStore);
      result = await previewObject(select, source.body, { rows: limit, all: options.all === true });
    } finally {
      store?.close();
    }
    return tell(context, rule, source, result);
  },
};

function tell(context: Context, rule: ExportRule, source: Source, result: Preview): Exit {
  const { terminal, json, stage } = context;
  if (json) terminal.out(previewDocument(rule, stage, source, result));
  else for (const line of previewLines(rule, source, result, terminal)) terminal.out(line);
  const asked = rule.source.compression;
  if (asked !== 'auto' && asked !== source.compression) {
    terminal.err(
      terminal.errColors.yellow(
        `The rule says compression: ${asked}; this is ${source.compression}, and was read as such.`,
      ),
    );
  }
  if (result.error === undefined) return Exit.OK;
  for (const line of problemLines(result.error, terminal.errColors, false)) terminal.err(line);
  return exitCodeOf(result.error);
}

async function open(
  context: Context,
  rule: ExportRule,
  argument: string | undefined,
  access: PreparedSelect['access'],
  openedStore: () => Promise<ObjectStore>,
): Promise<Source> {
  const found = argument === undefined ? undefined : await openLocal(context, argument, { access });
  if (found !== undefined) return found;
  const store = await openedStore();
  const ref =
    argument === undefined
      ? await chooseObject(context, store, rule.source, `preview ${rule.name}`)
      : objectOf(argument, rule.source.bucket);
  const name = `s3://${ref.bucket}/${ref.key}`;
  if (access === 'random') return { name, compression: 'none', body: objectAccess(store, await store.head(ref)) };
  const { bytes, compression } = await openObject(store, ref, { compression: rule.source.compression });
  return { name, compression, body: bytes };
}
