import type { TopicPartition } from '../message/contract.ts';
import type { Stop, StopStore, Target } from './contract.ts';

/** Which stops are meant, and what becomes of what they stand at. */
export interface ResumeOrder extends Partial<TopicPartition> {
  readonly recreated?: true;
  /** Leaves out the messages that the partitions stand at. */
  readonly skip?: true;
}

/** Lets partitions go on from the messages that they stood at. Resolves to what they stood at. */
export async function resumeStops(
  { stops, target }: { readonly stops: StopStore; readonly target: Pick<Target, 'forget'> },
  { topic, partition, recreated, skip }: ResumeOrder,
): Promise<{ readonly stops: readonly Stop[]; readonly forgotten?: number }> {
  const wanted = (await stops.list()).filter(
    (stop) =>
      (topic === undefined || stop.topic === topic) && (partition === undefined || stop.partition === partition),
  );
  const resumed: Stop[] = [];
  for (const stop of wanted) {
    const stood = await stops.resume(stop, skip);
    if (stood !== undefined) resumed.push(stood);
  }
  if (recreated !== true || topic === undefined) return { stops: resumed };
  return { stops: resumed, forgotten: await target.forget(topic) };
}
