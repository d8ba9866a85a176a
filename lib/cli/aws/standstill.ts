import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { openLedger } from '../../export/ledger.ts';
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
  bundle: ExportBundle,
  secrets: SecretStore,
  table: string,
  client: DynamoDBClient = new DynamoDBClient(IMPATIENT),
): Standstill {
  const { rule, stage, connections } = bundle;
  const scope = { stage, rule: rule.name };
  const { delivery, ledger, topic, connection } = rule.kafka;
  const endpointOf = async () => {
    const known = connections.kafka[connection];
    return known === undefined ? undefined : resolveEndpoint(known, secrets, `sluice.${stage}.${rule.name}`);
  };
  return {
    async forget(object) {
      const endpoint = await endpointOf();
      if (endpoint === undefined) return;
      const producing = { endpoint, topic, compression: 'none', headers: false } as const;
      const opened = openLedger(bundle, producing, Date.now, { client, table });
      try {
        // As if it had been resumed, and then nobody had come.
        await opened.resume({ ...object, lastModified: 0 });
      } finally {
        // With DynamoDB it has connected to nothing, and the client is not its own.
        if (ledger === 'kafka') await opened.close();
      }
    },
    parked: createParkedEvents(client, table, scope),
    async *stopped() {
      if (delivery === 'at-least-once') return;
      if (ledger === 'dynamodb') {
        yield* createItemStore(client, table, scope).stopped();
        return;
      }
      const endpoint = await endpointOf();
      if (endpoint === undefined) return;
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
