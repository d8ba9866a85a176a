import { SluiceError } from '../failure/index.ts';
import { parseCommand } from './command.ts';
import type { Ignored, ObjectEvent, Rejected, Trigger, TriggerSource } from './contract.ts';
import { at, isFields, text } from './fields.ts';
import { cosNotice, eventBridgeNotice, type Notice, s3Notice } from './notice.ts';
import { unknownEvent } from './unknown-event.ts';

// An on-failure destination wraps an event once, SQS and SNS once each, and what fails in a queue may be wrapped again.
const DEEPEST = 8;

const EXPECTED = 'an S3, EventBridge, SQS, SNS or Tencent COS event, or a command of `sluice`';

/**
 * What a function was invoked with, as what it is to do. Pure.
 *
 * @throws SluiceError `UnknownEvent` when nothing of it can be understood. Where only some of its messages or records
 * cannot, they are in `rejected`, and the others are not held up.
 */
export function parseTrigger(event: unknown): Trigger {
  const unwrapped = unwrap(event);
  if (isFields(unwrapped) && Object.hasOwn(unwrapped, 'sluice')) {
    return { kind: 'command', command: parseCommand(unwrapped) };
  }
  if (isTestEvent(unwrapped)) return { kind: 'test', reason: TEST };
  const found = new Findings();
  found.take(unwrapped, sourceOf(unwrapped), undefined, 0);
  const { objects, ignored, rejected } = found;
  const only = rejected[0];
  // Nothing else depends on it, and without a message id the whole event is what has to be tried again.
  if (only !== undefined && only.messageId === undefined && objects.length === 0 && ignored.length === 0)
    throw only.error;
  return { kind: 'objects', objects, ignored, rejected };
}

const TEST = 's3:TestEvent: S3 says that a notification was set up; there is nothing to export';

/** What failed is wrapped by Lambda, with the event as it was in `requestPayload`. */
function unwrap(event: unknown): unknown {
  let inner = event;
  for (let depth = 0; depth < DEEPEST; depth++) {
    if (!isFields(inner) || !Object.hasOwn(inner, 'requestPayload') || !isFields(at(inner, 'requestContext'))) break;
    inner = inner['requestPayload'];
  }
  return inner;
}

function isTestEvent(event: unknown): boolean {
  return at(event, 'Event') === 's3:TestEvent';
}

function sourceOf(event: unknown): TriggerSource {
  const record = firstRecord(event);
  if (at(record, 'eventSource') === 'aws:sqs') return 'sqs';
  if (at(record, 'EventSource') === 'aws:sns') return 'sns';
  if (isFields(at(record, 'cos'))) return 'cos';
  return at(event, 'source') === 'aws.s3' ? 'eventbridge' : 's3';
}

function firstRecord(event: unknown): unknown {
  const records = at(event, 'Records');
  return Array.isArray(records) ? records[0] : undefined;
}

class Findings {
  readonly objects: ObjectEvent[] = [];
  readonly ignored: Ignored[] = [];
  readonly rejected: Rejected[] = [];

  /** Adds what one event asks for: the one that invoked us, or one inside a message. */
  take(event: unknown, source: TriggerSource, messageId: string | undefined, depth: number): void {
    const message = messageId === undefined ? {} : { messageId };
    try {
      if (depth > DEEPEST) throw unknownEvent(event, `an event inside at most ${DEEPEST} others`);
      const inner = unwrap(event);
      if (isTestEvent(inner)) this.ignored.push({ reason: TEST, ...message });
      else if (isFields(inner) && Object.hasOwn(inner, 'sluice')) this.#takeCommand(inner, source, message);
      else if (at(inner, 'source') === 'aws.s3') this.#takeNotice(eventBridgeNotice(inner), source, message);
      else if (at(inner, 'Type') === 'Notification' && text(at(inner, 'Message')) !== undefined) {
        this.take(parsed(at(inner, 'Message'), inner, 'JSON in Message'), source, messageId, depth + 1);
      } else this.#takeRecords(inner, source, messageId, depth);
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      this.rejected.push({ error, ...message });
    }
  }

  #takeRecords(event: unknown, source: TriggerSource, messageId: string | undefined, depth: number): void {
    const records = at(event, 'Records');
    if (!Array.isArray(records) || records.length === 0) throw unknownEvent(event, EXPECTED);
    for (const record of records) this.#takeRecord(record, source, messageId, depth);
  }

  #takeRecord(record: unknown, source: TriggerSource, outer: string | undefined, depth: number): void {
    const messageId = at(record, 'eventSource') === 'aws:sqs' ? (outer ?? text(at(record, 'messageId'))) : outer;
    const message = messageId === undefined ? {} : { messageId };
    try {
      if (at(record, 'eventSource') === 'aws:sqs') {
        this.take(
          parsed(at(record, 'body'), record, 'JSON in the body of an SQS message'),
          source,
          messageId,
          depth + 1,
        );
      } else if (at(record, 'EventSource') === 'aws:sns') {
        this.take(parsed(at(record, 'Sns', 'Message'), record, 'JSON in Sns.Message'), source, messageId, depth + 1);
      } else if (isFields(at(record, 's3'))) this.#takeNotice(s3Notice(record), source, message);
      else if (isFields(at(record, 'cos'))) this.#takeNotice(cosNotice(record), source, message);
      else throw unknownEvent(record, 'a record of S3, SQS, SNS or Tencent COS in Records');
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      this.rejected.push({ error, ...message });
    }
  }

  #takeNotice(notice: Notice, source: TriggerSource, message: { messageId?: string }): void {
    if (notice.eventName.startsWith('ObjectCreated')) this.objects.push({ source, ...notice, ...message });
    else
      this.ignored.push({ reason: `${notice.eventName}: not the creation of an object`, ref: notice.ref, ...message });
  }

  /** A command that came through a queue: it was put there, or failed when it came by itself. */
  #takeCommand(event: unknown, source: TriggerSource, message: { messageId?: string }): void {
    const command = parseCommand(event);
    if (command.sluice === 'check' || command.sluice === 'replay') {
      this.ignored.push({ reason: `sluice: ${command.sluice}: nobody waits for the answer any more`, ...message });
      return;
    }
    const object = { source, ref: command.ref, eventName: 'ObjectCreated:Sluice', ...message };
    if (command.sluice === 'continue') this.objects.push({ ...object, continuation: command.continuation });
    else {
      const { again, resume } = command;
      this.objects.push({ ...object, ...(again && { again }), ...(resume && { resume }) });
    }
  }
}

function parsed(json: unknown, where: unknown, expected: string): unknown {
  try {
    if (typeof json === 'string') return JSON.parse(json);
  } catch {
    // Told below: JSON.parse quotes what it could not read.
  }
  throw unknownEvent(where, expected);
}
