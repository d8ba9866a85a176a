import type { SluiceError } from '../failure/index.ts';
import { type RunError, type RunRecord, runError } from '../telemetry/run-record.ts';
import { onlyOf, parseTrigger, type QueueMessage } from '../trigger/index.ts';
import { attempt } from './attempt.ts';
import type { Invocation } from './invocation.ts';
import { delaySeconds, isExhausted } from './redelivery.ts';

export interface Messages {
  readonly runs: readonly RunRecord[];
  /** What SQS is to deliver again. */
  readonly batchItemFailures?: readonly { readonly itemIdentifier: string }[];
}

/**
 * Each message by itself: one that fails holds up no other. Those of the rule's own queue of failed events come again
 * after growing delays, and are parked when they were tried for long enough. What cannot be understood is parked at once,
 * since no later attempt would understand it.
 */
export async function handleMessages(messages: readonly QueueMessage[], invocation: Invocation): Promise<Messages> {
  const runs: RunRecord[] = [];
  const failed: string[] = [];
  for (const message of messages) {
    const settled = await handleMessage(message, invocation, runs);
    if (settled) continue;
    failed.push(message.messageId);
    await postpone(message, invocation);
  }
  if (failed.length === 0) return { runs };
  return { runs, batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
}

/** False: it is to be tried again. */
async function handleMessage(message: QueueMessage, invocation: Invocation, runs: RunRecord[]): Promise<boolean> {
  const { bundle, journal, requestId, clock } = invocation;
  const trigger = onlyOf(bundle.rule.source, parseTrigger({ Records: [message.record] }));
  if (trigger.kind !== 'objects') return true;
  for (const { reason, ref } of trigger.ignored) journal.note('ignored', { reason, ...ref });
  let settled = true;
  for (const { error } of trigger.rejected) settled = (await parkUnknown(message, error, invocation)) && settled;
  const own = message.queue === invocation.later?.queueName;
  const hopeless = (error: RunError | undefined) => isHopeless(error) || (own && isExhausted(message.sentAt, clock()));
  for (const object of trigger.objects) {
    const run = runs.length === 0 ? requestId : `${requestId}.${runs.length}`;
    const record = await attempt({ ...object, retried: message.receives > 1 }, run, invocation, hopeless);
    runs.push(record);
    settled &&= record.result !== 'failed';
  }
  return settled;
}

/** Whether a failure would be the same at every attempt, whatever is mended outside. */
export function isHopeless(error: RunError | undefined): boolean {
  return error?.code === 'ObjectTooOld';
}

async function parkUnknown(message: QueueMessage, error: SluiceError, { later, journal, clock }: Invocation) {
  const { messageId, body: event } = message;
  const told = runError(error);
  journal.note(later === undefined ? 'not understood' : 'not understood, and parked', { error: told, messageId });
  if (later === undefined) return false;
  const { code, reason, fix } = told;
  try {
    await later.parked.put({ event, reason: { code, reason, ...(fix !== undefined && { fix }) }, since: clock() });
    return true;
  } catch (failure) {
    journal.note('an event could not be parked', { error: runError(failure), messageId });
    return false;
  }
}

/** Another queue has delays of its own, and hands over to this one what fails too often. */
async function postpone(message: QueueMessage, { later, journal }: Invocation): Promise<void> {
  if (later === undefined || message.queue !== later.queueName) return;
  const seconds = delaySeconds(message.receives);
  try {
    await later.queue.postpone(message.receiptHandle, seconds);
    journal.note('tried again later', { messageId: message.messageId, seconds });
  } catch (error) {
    // It comes again all the same, after the queue's own visibility timeout.
    journal.note('the delay of a failed event could not be set', { error: runError(error) });
  }
}
