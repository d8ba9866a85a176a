import type { ObjectRef } from '../object/contract.ts';
import type { Trigger } from './contract.ts';

/** Which objects are a rule's. */
export interface RuleSource {
  readonly bucket: string;
  readonly prefix?: string;
  readonly suffix?: string;
}

/** Undefined: the object is the rule's. Else the reason why it is not. */
export function notOf(source: RuleSource, ref: ObjectRef): string | undefined {
  const { bucket, prefix = '', suffix = '' } = source;
  if (ref.bucket !== bucket) return `another rule’s bucket: ${ref.bucket}, this one reads ${bucket}`;
  if (!ref.key.startsWith(prefix)) return `another rule’s prefix: this one reads keys that begin with ${prefix}`;
  if (!ref.key.endsWith(suffix)) return `another rule’s suffix: this one reads keys that end with ${suffix}`;
  return undefined;
}

export function belongsTo(source: RuleSource, ref: ObjectRef): boolean {
  return notOf(source, ref) === undefined;
}

/** The trigger with only the rule's objects; the others are ignored, and said so. A queue or a bus may carry them for somebody else. */
export function onlyOf(source: RuleSource, trigger: Trigger): Trigger {
  if (trigger.kind !== 'objects') return trigger;
  const ignored = [...trigger.ignored];
  const objects = trigger.objects.filter((event) => {
    // What was begun is brought to its end, even if the rule reads something else by now.
    const reason = event.continuation === undefined ? notOf(source, event.ref) : undefined;
    if (reason === undefined) return true;
    ignored.push({ reason, ref: event.ref, ...(event.messageId === undefined ? {} : { messageId: event.messageId }) });
    return false;
  });
  return { ...trigger, objects, ignored };
}
