import type { Message, MessagePipeline, Row } from '../message/contract.ts';
import type { SinkRule } from '../rule/schema.ts';

/** The rule's own example as a message; undefined where it has none. */
export function sampleMessage({ message: { sample }, source: { topics } }: SinkRule, now: number): Message | undefined {
  if (sample === undefined) return undefined;
  const place = { topic: topics[0] ?? '', partition: 0, offset: 0 };
  return { ...place, timestamp: now, key: null, value: Buffer.from(sample), headers: [] };
}

/** The rows that the example comes to. */
export function sampleRows(pipeline: MessagePipeline, sample: Message | undefined): readonly Row[] {
  if (sample === undefined) return [];
  return pipeline.run([sample]).changes.flatMap((change) => (change.kind === 'put' ? [change.row] : []));
}
