import { SluiceError } from '../failure/index.ts';
import type { RunError, RunRecord } from '../telemetry/run-record.ts';
import { runError } from '../telemetry/run-record.ts';
import { onlyOf, parseTrigger, queueMessages, type Trigger } from '../trigger/index.ts';
import { type Asked, attempt } from './attempt.ts';
import { checkExport, type Probe } from './check.ts';
import type { Invocation } from './invocation.ts';
import { handleMessages, isHopeless, type Messages } from './messages.ts';
import { replayRule } from './replay/open.ts';
import type { Replay } from './replay.ts';

export type { Invocation } from './invocation.ts';

/** What the caller gets back; AWS reads only `batchItemFailures`, which names the SQS messages to deliver again. */
export type Answer = Messages | { readonly probes: readonly Probe[] } | { readonly replay: Replay };

/**
 * Does what an event asks for. Objects are exported one after the other, each with a run record of its own; one that
 * fails holds up no other.
 *
 * @throws Error when a run failed and the event is to be tried again whole. Not for SQS, which is told message by
 * message, and not for a command of the CLI, which reads the record.
 */
export async function handleExport(event: unknown, invocation: Invocation): Promise<Answer> {
  const { journal, bundle, requestId } = invocation;
  const messages = queueMessages(event);
  if (messages.length > 0) return handleMessages(messages, invocation);
  const trigger = onlyOf(bundle.rule.source, parsed(event, invocation));
  if (trigger.kind === 'test') {
    journal.note(trigger.reason, {});
    return { runs: [] };
  }
  if (trigger.kind === 'objects') return handleObjects(trigger, invocation);
  const { command } = trigger;
  if (command.sluice === 'check') return { probes: await checkExport(bundle, invocation) };
  if (command.sluice === 'replay') return { replay: await replayRule(bundle, invocation, command) };
  const { sluice, ...object } = command;
  const asked = { source: 'manual', ...object };
  // Nobody waits for the answer of a function that invoked itself.
  if (sluice === 'continue') return handleAsked([asked], invocation);
  return { runs: [await attempt(asked, requestId, invocation, () => false)] };
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
  const { journal } = invocation;
  for (const { reason, ref } of ignored) journal.note('ignored', { reason, ...ref });
  for (const { error } of rejected) journal.note('not understood', { error: runError(error) });
  return handleAsked(objects, invocation, rejected[0] && runError(rejected[0].error));
}

async function handleAsked(objects: readonly Asked[], invocation: Invocation, before?: RunError): Promise<Answer> {
  const { requestId } = invocation;
  const runs: RunRecord[] = [];
  let failure = before;
  for (const [index, object] of objects.entries()) {
    const run = index === 0 ? requestId : `${requestId}.${index}`;
    const record = await attempt(object, run, invocation, isHopeless);
    runs.push(record);
    if (record.result === 'failed') failure ??= record.error;
  }
  if (failure !== undefined) throw told(failure);
  return { runs };
}

/** AWS shows the name and the message of what was thrown; the code is the name. */
function told({ code, reason, fix, stage, retryable }: RunError): SluiceError {
  return new SluiceError(code, reason, { stage, retryable, ...(fix === undefined ? {} : { fix }) });
}
