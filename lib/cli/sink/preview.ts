import type { StartingPoint } from '../../kafka/offsets.ts';
import { peek } from '../../kafka/peek.ts';
import type { Message } from '../../message/contract.ts';
import type { RuleBundle, SinkRule } from '../../rule/index.ts';
import type { SinkInstance } from '../../sink/instance.ts';
import { previewMessages, type SinkPreview } from '../../sink/preview.ts';
import { sampleMessage } from '../../sink/sample.ts';
import type { Context } from '../command.ts';
import { Exit, exitCodeOf, usage } from '../exit.ts';
import { problemLines } from '../problem.ts';
import { openSinkHere, secretsHere } from './opened.ts';
import { sinkPreviewDocument, sinkPreviewLines } from './preview-text.ts';

export interface SinkPreviewOptions {
  readonly from?: string;
  readonly count?: string;
}

/** Shows what messages of a sink's rule come to: those of its topics, or the sample in the rule. */
export async function previewSink(
  context: Context,
  bundle: RuleBundle<SinkRule>,
  options: SinkPreviewOptions,
): Promise<Exit> {
  const { rule } = bundle;
  const count = Number(options.count ?? '5');
  if (!Number.isInteger(count) || count < 1)
    throw usage(`--count ${options.count} is no number of messages`, 'Give a number such as 10.');
  const from = options.from === undefined ? undefined : startOf(options.from);
  const instance = await openSinkHere(context, bundle, secretsHere(context));
  try {
    const isSample = from === undefined && options.count === undefined && rule.message.sample !== undefined;
    const sample = isSample ? sampleMessage(rule, context.clock()) : undefined;
    const messages = sample === undefined ? await firstOf(rule, instance, from ?? rule.source.from, count) : [sample];
    const preview = await previewMessages(messages, instance.ports.pipeline, instance.ports.target);
    return tell(context, rule, isSample ? 'the sample in the rule' : rule.source.topics.join(', '), preview);
  } finally {
    await instance.close();
  }
}

function startOf(text: string): StartingPoint {
  if (text === 'earliest' || text === 'latest') return text;
  const timestamp = Date.parse(text);
  if (!Number.isNaN(timestamp)) return { timestamp };
  throw usage(
    `--from ${text} is no place to begin at`,
    'Give earliest, latest or a time such as 2026-01-31T12:00:00Z.',
  );
}

async function firstOf(
  rule: SinkRule,
  { endpoint }: SinkInstance,
  from: StartingPoint,
  count: number,
): Promise<readonly Message[]> {
  const found: Message[] = [];
  for (const topic of rule.source.topics) found.push(...(await peek(endpoint, topic, { from, count })));
  return found.slice(0, count);
}

function tell(context: Context, rule: SinkRule, source: string, preview: SinkPreview): Exit {
  const { terminal, json, stage } = context;
  if (json) terminal.out(sinkPreviewDocument(rule, stage, source, preview));
  else for (const line of sinkPreviewLines(source, preview, terminal)) terminal.out(line);
  const { error, messages } = preview;
  if (error !== undefined) {
    for (const line of problemLines(error, terminal.errColors, false)) terminal.err(line);
    return exitCodeOf(error);
  }
  return messages.some(({ failure }) => failure !== undefined) ? Exit.UNWELL : Exit.OK;
}
