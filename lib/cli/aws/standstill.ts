import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { resolveEndpoint } from '../../kafka/endpoint.ts';
import { createGroupDirectory } from '../../kafka/groups.ts';
import { createParkedEvents } from '../../ledger/dynamodb/parked.ts';
import { createItemStore } from '../../ledger/dynamodb/store.ts';
import { stoppedGroups } from '../../ledger/kafka/sweep.ts';
import type { ExportBundle } from '../../rule/index.ts';
import type { SecretStore } from '../../secret/index.ts';
import { IMPATIENT } from './failure.ts';
import type { Standstill } from './ports.ts';

/** What of a rule waits for somebody, as its ledger and the stack's table tell. Kafka is asked only where the ledger is there. */
export function standstillOf(
  { rule, stage, connections }: ExportBundle,
  secrets: SecretStore,
  table: string,
  client: DynamoDBClient = new DynamoDBClient(IMPATIENT),
): Standstill {
  const scope = { stage, rule: rule.name };
  const { delivery, ledger, topic, connection } = rule.kafka;
  return {
    parked: createParkedEvents(client, table, scope),
    async *stopped() {
      if (delivery === 'at-least-once') return;
      if (ledger === 'dynamodb') {
        yield* createItemStore(client, table, scope).stopped();
        return;
      }
      const known = connections.kafka[connection];
      if (known === undefined) return;
      const endpoint = await resolveEndpoint(known, secrets, `sluice.${stage}.${rule.name}`);
      const directory = createGroupDirectory(endpoint, topic, {
        connectTimeoutMs: 3000,
        requestTimeoutMs: 5000,
        retry: { retries: 1 },
      });
      try {
        yield* stoppedGroups(directory, scope);
      } finally {
        await directory.close();
      }
    },
    close: () => client.destroy(),
  };
}
