import type { Patience } from '../export/patience.ts';
import { SluiceError } from '../failure/index.ts';
import type { TopicPartition } from '../message/contract.ts';
import type { SinkPorts } from './plan.ts';

/**
 * A topic that was deleted and made anew begins at 0 again, and to a target that keeps offsets its messages look like
 * old ones. Called when a whole batch did: throws `TopicRecreated` where the broker's log ends before what the target
 * has settled, so that nothing of the batch counts as consumed.
 */
export async function notRecreated(
  { topic, partition }: TopicPartition,
  { target, logEnd }: Pick<SinkPorts, 'target' | 'logEnd'>,
  patience: Pick<Patience, 'attempt'>,
): Promise<void> {
  const place = { topic, partition };
  const position = await patience.attempt(() => target.position(place));
  if (position === undefined) return;
  const end = await patience.attempt(() => logEnd(place));
  if (end !== undefined && end < position) throw recreated(place, position, end);
}

export function recreated({ topic, partition }: TopicPartition, position: number, end: number): SluiceError {
  return new SluiceError(
    'TopicRecreated',
    `the target has settled partition ${partition} of ${topic} up to offset ${position}, but the log ends at ${end}: the topic was deleted and made anew, or the broker lost messages`,
    {
      stage: 'sink',
      context: { topic, partition, messageOffset: String(end) },
      fix: 'If the topic was made anew, forget what was settled: sluice resume RULE --recreated; its messages are then written from the first one on.',
    },
  );
}
