/** The real export, over ports that say what is asked of them. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type ExportInstance, openInstance } from '../../lib/export/instance.ts';
import type { ExactPorts } from '../../lib/export/plan.ts';
import { createChannels } from '../../lib/kafka/channel.ts';
import { resolveEndpoint } from '../../lib/kafka/endpoint.ts';
import { createGroupDirectory } from '../../lib/kafka/groups.ts';
import type { ChannelFactory, Ledger, TransactionalChannel } from '../../lib/ledger/contract.ts';
import { createDynamoLedger } from '../../lib/ledger/dynamodb/ledger.ts';
import { createItemStore, type ItemStore } from '../../lib/ledger/dynamodb/store.ts';
import { createGroupLedger } from '../../lib/ledger/kafka/ledger.ts';
import { createSecretStore } from '../../lib/secret/index.ts';
import { type Broken, broken } from './broken.ts';
import type { Steps } from './steps.ts';
import type { Task } from './task.ts';

export async function open(task: Task, steps: Steps): Promise<Pick<ExportInstance<ExactPorts>, 'plan' | 'ports'>> {
  const { aws, bundle, table } = task;
  const { accessKeyId, secretAccessKey } = aws;
  const credentials = { accessKeyId, secretAccessKey };
  const secrets = createSecretStore({ fetch: async () => JSON.stringify(credentials) });
  const clock = () => Date.now() + task.aheadMs;
  const client = new DynamoDBClient({ endpoint: aws.url, region: aws.region, credentials });
  const { plan, ports } = await openInstance(bundle, secrets, clock, { client, table });
  if (!('ledger' in ports)) throw new TypeError('the rule is at-least-once');
  const { topic, compression, headers, connection, remember, dedupe } = bundle.rule.kafka;
  const endpoint = await resolveEndpoint(bundle.connections.kafka[connection]!, secrets, 'sluice-fault');
  const scope = { stage: bundle.stage, rule: bundle.rule.name };
  const tokens = new Set<string>();
  const random = () => {
    const token: string = randomUUID();
    tokens.add(token);
    return token;
  };
  const isOwn = (id: string) => !id.includes('.lane.') || tokens.has(id.split('.').at(-1)!);
  const straight = createChannels({ endpoint, topic, compression, headers }, { socketFactory: steps.socketFactory });
  const parts: Broken = broken(task.broken, {
    channels: (id) => seen(straight(id), isOwn(id), steps),
    store: createItemStore(client, table, scope),
    isOwn,
  });
  const common = { scope, channels: parts.channels, clock, pause: (ms: number) => sleep(ms), random };
  const ledger: Ledger =
    bundle.rule.kafka.ledger === 'dynamodb'
      ? createDynamoLedger({
          ...common,
          store: watched(parts.store, steps),
          rememberMs: remember * 1000,
          leaseMs: task.leaseMs,
        })
      : createGroupLedger({ ...common, directory: createGroupDirectory(endpoint, topic), dedupeMs: dedupe * 1000 });
  return { plan, ports: { ...ports, ledger } };
}

function watched(store: ItemStore, steps: Steps): ItemStore {
  return { ...store, write: (object, write) => steps.around(write.kind, () => store.write(object, write)) };
}

/** What a commit is called depends on what it says: a lane's greeting, a batch, or where the object stands. */
function seen(channel: TransactionalChannel, isOwn: boolean, steps: Steps): ReturnType<ChannelFactory> {
  let commit = 'commit';
  let hasRecords = false;
  return {
    connect: () => steps.around(isOwn ? 'connect' : 'fence', () => channel.connect()),
    readOffset: () => steps.around('read', () => channel.readOffset()),
    begin() {
      hasRecords = false;
      return channel.begin();
    },
    send(batch, source) {
      hasRecords = true;
      return steps.around('send', () => channel.send(batch, source));
    },
    sendTo: (topic, messages) => steps.around('letter', () => channel.sendTo(topic, messages)),
    oversized: (batch, source) => channel.oversized(batch, source),
    prepare: (batch, source) => channel.prepare(batch, source),
    sendOffsets(offset, metadata) {
      commit = named(metadata, offset, hasRecords);
      if (commit === 'greet') return channel.sendOffsets(offset, metadata);
      return steps.around('offsets', () => channel.sendOffsets(offset, metadata));
    },
    commit: () => steps.around(commit, () => channel.commit()),
    drop: () => channel.drop(),
  };
}

function named(metadata: string, offset: number, hasRecords: boolean): string {
  if (metadata === '') return offset === 0 ? 'greet' : 'commit';
  const { state } = JSON.parse(metadata) as { readonly state: string };
  if (state === 'done') return 'done';
  if (state === 'stopped') return 'stop';
  return hasRecords ? 'commit' : 'resume';
}
