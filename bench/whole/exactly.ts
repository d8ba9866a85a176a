/** The run of a rule exactly once: its records and how far it is go in one transaction. */
import { randomUUID } from 'node:crypto';
import { CreateTableCommand, DeleteTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { EXACT_BATCH } from '../../lib/export/instance.ts';
import { createChannels } from '../../lib/kafka/channel.ts';
import { createGroupDirectory } from '../../lib/kafka/groups.ts';
import type { LedgerPorts } from '../../lib/ledger/contract.ts';
import { createDynamoLedger } from '../../lib/ledger/dynamodb/ledger.ts';
import { createItemStore } from '../../lib/ledger/dynamodb/store.ts';
import { TABLE } from '../../lib/ledger/dynamodb/table.ts';
import { createGroupLedger } from '../../lib/ledger/kafka/ledger.ts';
import { prepare } from '../../lib/select/index.ts';
import type { Job } from './job.ts';
import { kafkaOf, producing, run } from './ours.ts';

const DAY = 86_400_000;

const selectOf = ({ query }: Job) =>
  prepare(query, { ...EXACT_BATCH, input: { kind: 'csv', csv: { header: 'use' } }, output: { kind: 'json' } });

/** Of each run another rule: what one has exported must be new to the next. */
const portsOf = (job: Job): LedgerPorts & { readonly scope: { readonly stage: string; readonly rule: string } } => ({
  scope: { stage: 'bench', rule: kafkaOf(job).topic },
  channels: createChannels(producing(job)),
  clock: Date.now,
  pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  random: randomUUID,
});

export async function withGroups(job: Job): Promise<undefined> {
  const directory = createGroupDirectory(producing(job).endpoint, kafkaOf(job).topic);
  const ledger = createGroupLedger({ ...portsOf(job), directory, dedupeMs: DAY });
  await run(job, selectOf(job), { ledger });
  await ledger.close();
  await directory.close();
}

export async function withTable(job: Job): Promise<() => Promise<undefined>> {
  if (job.aws === undefined) throw new TypeError('this way needs a DynamoDB');
  const { url: endpoint, region, accessKeyId, secretAccessKey } = job.aws;
  const client = new DynamoDBClient({ endpoint, region, credentials: { accessKeyId, secretAccessKey } });
  const TableName = `bench-${randomUUID()}`;
  await client.send(new CreateTableCommand({ TableName, ...TABLE }));
  await waitUntilTableExists({ client, maxWaitTime: 30 }, { TableName });
  return async () => {
    const ports = portsOf(job);
    const store = createItemStore(client, TableName, ports.scope);
    const ledger = createDynamoLedger({ ...ports, store, rememberMs: DAY });
    await run(job, selectOf(job), { ledger });
    await ledger.close();
    await client.send(new DeleteTableCommand({ TableName }));
    client.destroy();
    return undefined;
  };
}
