import { randomUUID } from 'node:crypto';
import type { KafkaEndpoint } from '../../kafka/contract.ts';
import { prefixOf } from '../../ledger/names.ts';
import type { ExportBundle } from '../../rule/schema.ts';
import type { KafkaProbes } from './kafka.ts';
import { type Finding, ok } from './probe.ts';

/** Whether the rule may do in Kafka what exactly once takes, tried on an id of its own. */
export async function lookAtTransactions(
  kafka: Pick<KafkaProbes, 'transaction'>,
  endpoint: KafkaEndpoint,
  { rule, stage }: ExportBundle,
): Promise<Finding> {
  const prefix = prefixOf({ stage, rule: rule.name });
  await kafka.transaction(endpoint, { id: `${prefix}check.${randomUUID()}`, topic: rule.kafka.topic });
  return ok(`opened and aborted one; ids and groups that begin with ${prefix} are allowed`);
}
