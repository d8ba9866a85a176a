import type { MessageBatch } from '../message/contract.ts';
import { at, isFields, text } from './fields.ts';
import { parseKafkaEvent } from './kafka-event.ts';
import { shapeOf, unknownSinkEvent } from './unknown-event.ts';

/** Which partitions a command is about. Without a partition: all of the topic; without a topic: all of the rule. */
export interface Partitions {
  readonly topic?: string;
  readonly partition?: number;
}

export type SinkCommand =
  /** Probe everything the rule needs, from inside the function. */
  | { readonly sluice: 'check' }
  /** Which partitions stand still. */
  | { readonly sluice: 'stops' }
  /**
   * Let them go on. `recreated`: the topic was made anew, forget the offsets that the target keeps of it. `skip`: leave
   * out the messages that they stand at.
   */
  | ({ readonly sluice: 'resume'; readonly recreated?: true; readonly skip?: true } & Partitions);

/** What a sink's function is to do. */
export type SinkTrigger =
  | { readonly kind: 'messages'; readonly batches: readonly MessageBatch[] }
  | { readonly kind: 'command'; readonly command: SinkCommand };

/** What a sink's function was invoked with. Pure. Throws SluiceError (`UnknownEvent`). */
export function parseSinkEvent(event: unknown): SinkTrigger {
  if (isFields(event) && Object.hasOwn(event, 'sluice')) return { kind: 'command', command: parseSinkCommand(event) };
  return { kind: 'messages', batches: parseKafkaEvent(event) };
}

function parseSinkCommand(event: unknown): SinkCommand {
  const name = at(event, 'sluice');
  if (name === 'check' || name === 'stops') return { sluice: name };
  if (name !== 'resume') throw unknownSinkEvent(`it is ${shapeOf(event)}; expected check, stops or resume in sluice`);
  const partition = at(event, 'partition');
  const topic = text(at(event, 'topic'));
  if (partition !== undefined && (topic === undefined || !Number.isSafeInteger(partition)))
    throw unknownSinkEvent('partition is to be a whole number beside a topic');
  return {
    sluice: 'resume',
    ...(topic === undefined ? {} : { topic }),
    ...(typeof partition === 'number' ? { partition } : {}),
    ...(at(event, 'recreated') === true ? { recreated: true } : {}),
    ...(at(event, 'skip') === true ? { skip: true } : {}),
  };
}
