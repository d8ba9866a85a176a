import { createHash } from 'node:crypto';
import type { TopicPartition } from '../../message/contract.ts';

/** `sluice_pos` holds 255 bytes; an offset and an index take at most 19 and 10 of them, and two marks. */
const LONGEST_PREFIX = 220;

/**
 * How the position of every row of a partition begins: `topic-partition-`. The offset and the index in the message follow,
 * `tp1-0-15.0`. Of a topic whose name is too long, the end gives way to a hash of the whole.
 */
export function positionPrefix({ topic, partition }: TopicPartition): string {
  const whole = `${topic}-${partition}-`;
  if (whole.length <= LONGEST_PREFIX) return whole;
  const hash = createHash('sha256').update(topic).digest('hex').slice(0, 16);
  return `${topic.slice(0, LONGEST_PREFIX - 40)}_${hash}-${partition}-`;
}
