import { prefixOf } from '../ledger/names.ts';
import type { SinkRule } from './schema.ts';

/** The consumer group that a sink reads a topic in. AWS wants one for each topic, unique among all mappings. */
export function consumerGroup(rule: SinkRule, stage: string, topic: string): string {
  return `${rule.source.group ?? prefixOf({ stage, rule: rule.name }).slice(0, -1)}.${topic}`;
}
