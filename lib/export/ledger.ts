import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createChannels } from '../kafka/channel.ts';
import type { ProducerOptions } from '../kafka/contract.ts';
import { createGroupDirectory } from '../kafka/groups.ts';
import type { Ledger } from '../ledger/contract.ts';
import { ledgerClient } from '../ledger/dynamodb/client.ts';
import { createDynamoLedger } from '../ledger/dynamodb/ledger.ts';
import { createItemStore } from '../ledger/dynamodb/store.ts';
import { createGroupLedger } from '../ledger/kafka/ledger.ts';
import { sweeping } from '../ledger/kafka/sweeping.ts';
import { ledgerTable } from '../rule/deployment/names.ts';
import type { ExportBundle } from '../rule/schema.ts';

export interface LedgerPlace {
  /** Default: as the process's environment says. */
  readonly client?: DynamoDBClient;
  /** Default: the table of the rule's stage. */
  readonly table?: string;
}

/** The ledger that a rule names, over the topic that its records go to. Nothing is connected before the first object. */
export function openLedger(
  { rule, stage }: ExportBundle,
  producing: ProducerOptions,
  clock: () => number,
  { client = ledgerClient(), table = ledgerTable(stage) }: LedgerPlace = {},
): Ledger {
  const { ledger, remember, dedupe } = rule.kafka;
  const scope = { stage, rule: rule.name };
  const ports = {
    scope,
    channels: createChannels(producing),
    clock,
    pause: (ms: number) => sleep(ms),
    random: randomUUID,
  };
  if (ledger === 'dynamodb') {
    const own = createDynamoLedger({
      ...ports,
      store: createItemStore(client, table, scope),
      rememberMs: remember * 1000,
    });
    return closingWith(own, async () => client.destroy());
  }
  const directory = createGroupDirectory(producing.endpoint, producing.topic);
  const dedupeMs = dedupe * 1000;
  const own = createGroupLedger({ ...ports, directory, dedupeMs });
  const swept = sweeping(own, { directory, scope, dedupeMs, clock, chance: Math.random });
  return closingWith(swept, () => directory.close());
}

function closingWith(ledger: Ledger, closeMore: () => Promise<void>): Ledger {
  return {
    open: (object) => ledger.open(object),
    resume: (object) => ledger.resume(object),
    again: (object) => ledger.again(object),
    stopped: () => ledger.stopped(),
    async close() {
      await ledger.close();
      await closeMore();
    },
  };
}
