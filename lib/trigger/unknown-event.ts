import { SluiceError } from '../failure/index.ts';
import { isFields } from './fields.ts';

const NAMES = 12;

/** What came is none of the events that start an export. It names the keys that were seen, never a value. */
export function unknownEvent(seen: unknown, expected: string): SluiceError {
  return new SluiceError(
    'UnknownEvent',
    `not an event that starts an export: it is ${shapeOf(seen)}; expected ${expected}`,
    {
      stage: 'trigger',
      fix: 'Send an S3 notification, an EventBridge `Object Created`, either of them through SQS or SNS, a Tencent COS event, or { "sluice": "check" }. The samples in `events/` show each.',
    },
  );
}

/** The same for the functions of sinks. `seen` tells what was found and expected where, and never a value. */
export function unknownSinkEvent(seen: string): SluiceError {
  return new SluiceError('UnknownEvent', `not an event that a sink takes: ${seen}`, {
    stage: 'trigger',
    fix: 'Connect the function to Kafka by its event source mapping (sluice deploy makes it), or send { "sluice": "check" }. The samples in `events/` (kafka.json, msk.json) show the shape.',
  });
}

/** What came, in words: the keys that were seen, never a value. */
export function shapeOf(seen: unknown): string {
  if (Array.isArray(seen)) return 'a list';
  if (!isFields(seen)) return seen === null || seen === undefined ? 'nothing' : `a ${typeof seen}`;
  const keys = Object.keys(seen);
  if (keys.length === 0) return 'an object without keys';
  // Keys of a stranger's event: shortened, and without what could break a line of a log.
  const names = keys.slice(0, NAMES).map((key) => JSON.stringify(key.length > 40 ? `${key.slice(0, 40)}…` : key));
  return `an object with the keys ${names.join(', ')}${keys.length > NAMES ? ` and ${keys.length - NAMES} more` : ''}`;
}
