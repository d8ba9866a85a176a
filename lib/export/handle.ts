import { SluiceError } from '../failure/index.ts';
import type { RuleBundle } from '../rule/schema.ts';
import type { SecretStore } from '../secret/index.ts';
import type { Journal } from '../telemetry/journal.ts';
import type { RunError, RunRecord } from '../telemetry/run-record.ts';
import { runError } from '../telemetry/run-record.ts';
import { onlyOf, parseTrigger, type Trigger } from '../trigger/index.ts';
import { checkExport, type Probe } from './check.ts';
import type { ExportInstance } from './instance.ts';
import { type ExportRequest, exportObject } from './run.ts';
import { Tally } from './tally.ts';

/** One invocation of the deployed function. */
export interface Invocation {
  readonly bundle: RuleBundle;
  readonly secrets: SecretStore;
  readonly journal: Journal;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly requestId: string;
  readonly deadline: number;
  /** Opens the rule's connections, or hands on those that are open. */
  readonly instance: () => Promise<ExportInstance>;
}

/** What the caller gets back; AWS reads only `batchItemFailures`, which names the SQS messages to deliver again. */
export type Answer =
  | { readonly runs: readonly RunRecord[]; readonly batchItemFailures?: readonly { readonly itemIdentifier: string }[] }
  | { readonly probes: readonly Probe[] };

/**
 * Does what an event asks for. Objects are exported one after the other, each with a run record of its own; one that
 * fails holds up no other.
 *
 * @throws Error when a run failed and the event is to be tried again whole. Not for SQS, which is told message by
 * message, and not for a command of the CLI, which reads the record.
 */
export async function handleExport(event: unknown, invocation: Invocation): Promise<Answer> {
  const { journal, bundle } = invocation;
  const trigger = onlyOf(bundle.rule.source, parsed(event, invocation));
  if (trigger.kind === 'test') {
    journal.note(trigger.reason, {});
    return { runs: [] };
  }
  if (trigger.kind === 'command') {
    const { command } = trigger;
    if (command.sluice === 'check') return { probes: await checkExport(bundle, invocation) };
    const { sluice: _, ...object } = command;
    return { runs: [await runOne({ source: 'manual', ...object }, invocation.requestId, invocation)] };
  }
  return handleObjects(trigger, invocation);
}

/** A stack trace of our own parser says nothing about the event; the journal gets the reason, and the caller the error. */
function parsed(event: unknown, { journal }: Invocation): Trigger {
  try {
    return parseTrigger(event);
  } catch (error) {
    journal.note('an event was not understood', { error: runError(error) });
    throw error;
  }
}

async function handleObjects(
  { objects, ignored, rejected }: Extract<Trigger, { kind: 'objects' }>,
  invocation: Invocation,
): Promise<Answer> {
  const { journal, requestId } = invocation;
  for (const { reason, ref } of ignored) journal.note('ignored', { reason, ...ref });
  for (const { error, messageId } of rejected) journal.note('not understood', { error: runError(error), messageId });
  const runs: RunRecord[] = [];
  const again = new Set(rejected.map(({ messageId }) => messageId));
  let failure: RunError | undefined = rejected[0] && runError(rejected[0].error);
  for (const [index, object] of objects.entries()) {
    const record = await runOne(object, index === 0 ? requestId : `${requestId}.${index}`, invocation);
    runs.push(record);
    if (record.result !== 'failed') continue;
    again.add(object.messageId);
    failure ??= record.error;
  }
  const messages = [...again].filter((id) => id !== undefined);
  if (failure === undefined) return { runs };
  if (messages.length === again.size) {
    return { runs, batchItemFailures: messages.map((itemIdentifier) => ({ itemIdentifier })) };
  }
  throw told(failure);
}

/** One object, and what asks for it. */
interface Asked extends Pick<ExportRequest, 'ref' | 'again' | 'resume'> {
  readonly source: string;
}

async function runOne(
  { source, ref, again = false, resume = false }: Asked,
  run: string,
  { bundle, instance, journal, deadline, clock }: Invocation,
): Promise<RunRecord> {
  let record: RunRecord;
  try {
    const { plan, ports } = await instance();
    record = await exportObject(plan, ports, { ref, trigger: source, run, deadline, again, resume });
  } catch (error) {
    // The rule's connections could not be opened: a run that did nothing.
    const { rule, stage } = bundle;
    const names = {
      run,
      rule: rule.name,
      stage,
      topic: rule.kafka.topic,
      trigger: source,
      bucket: ref.bucket,
      key: ref.key,
    };
    record = new Tally(clock).record(names, 'failed', runError(error));
  }
  journal.run(record);
  return record;
}

/** AWS shows the name and the message of what was thrown; the code is the name. */
function told({ code, reason, fix, stage, retryable }: RunError): SluiceError {
  return new SluiceError(code, reason, { stage, retryable, ...(fix === undefined ? {} : { fix }) });
}
