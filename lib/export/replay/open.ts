import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { SluiceError } from '../../failure/index.ts';
import { resolveEndpoint } from '../../kafka/endpoint.ts';
import { ledgerTable } from '../../rule/deployment/names.ts';
import type { ExportBundle, ExportRule } from '../../rule/schema.ts';
import type { SecretStore } from '../../secret/index.ts';
import { kafkaConnection, openInstance } from '../instance.ts';
import type { LedgerPlace } from '../ledger.ts';
import { type Replay, type ReplayRequest, replay } from '../replay.ts';
import { logShelf } from './log-shelf.ts';
import type { Need } from './rows.ts';
import type { Shelf } from './shelf.ts';
import { topicShelves } from './topic-shelves.ts';

/** Brokers keep what a group has committed for seven days. */
const KNOWN_FOR_MS = 7 * 86_400_000;

export interface ReplayPorts extends LedgerPlace {
  readonly secrets: SecretStore;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly deadline: number;
}

/**
 * Replays the dead letters of a rule: exactly once, whatever its delivery is. A rule without a ledger gets the one in Kafka,
 * which needs nothing that is not there.
 */
export async function replayRule(
  bundle: ExportBundle,
  ports: ReplayPorts,
  { dryRun, again }: Pick<ReplayRequest, 'dryRun' | 'again'>,
): Promise<Replay> {
  const { rule, stage } = bundle;
  const { secrets, clock, deadline, client } = ports;
  // A function finds its own in its environment.
  const table = ports.table ?? process.env['SLUICE_LEDGER_TABLE'] ?? ledgerTable(stage);
  const ledger = rule.kafka.delivery === 'at-least-once' ? 'kafka' : rule.kafka.ledger;
  const exact: ExportBundle = {
    ...bundle,
    rule: { ...rule, kafka: { ...rule.kafka, delivery: 'exactly-once', ledger, dedupe: KNOWN_FOR_MS / 1000 } },
  };
  requireLetters(bundle);
  const instance = await openInstance(exact, secrets, clock, { table, ...(client && { client }) });
  try {
    if (!('ledger' in instance.ports)) throw new TypeError('an instance of exactly-once has a ledger');
    if (instance.plan.select.aggregate) throw summed(rule.name);
    const shelves = await shelvesOf(bundle, secrets, clock);
    return await replay(instance.plan, instance.ports, shelves, {
      dryRun,
      again,
      deadline,
      need: needOf(rule.source),
      ...(ledger === 'kafka' && { knownForMs: KNOWN_FOR_MS }),
    });
  } finally {
    await instance.close();
  }
}

async function shelvesOf(bundle: ExportBundle, secrets: SecretStore, clock: () => number): Promise<readonly Shelf[]> {
  const { rule, stage } = bundle;
  const addressee = { rule: rule.name, stage };
  if (rule.onError.kind !== 'deadLetter') return [];
  const { to } = rule.onError;
  if (to.kind === 'logGroup') return [logShelf(new CloudWatchLogsClient(), to.logGroup, addressee, clock)];
  const endpoint = await resolveEndpoint(kafkaConnection(bundle), secrets, `sluice.${stage}.${rule.name}`);
  return topicShelves(endpoint, to.topic, addressee, clock);
}

function needOf({ format, csv }: ExportRule['source']): Need {
  if (format === 'json') return 'document';
  return format === 'csv' && csv.header === 'use' ? 'header' : 'nothing';
}

function requireLetters({ rule }: ExportBundle): void {
  if (rule.onError.kind === 'deadLetter') return;
  throw new SluiceError('NoDeadLetters', `${rule.name} writes no dead letters: onError is ${rule.onError.kind}`, {
    stage: 'rule',
    context: { rule: rule.name },
    fix: 'Where it wrote some before, name their place: onError: { deadLetter: { topic: … } }.',
  });
}

function summed(rule: string): SluiceError {
  return new SluiceError('SummedRecords', `the query of ${rule} adds records up: a letter alone gives no row`, {
    stage: 'rule',
    context: { rule },
    fix: 'Export the objects of the letters anew: sluice trigger RULE KEY --again.',
  });
}
