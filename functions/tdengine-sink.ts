import { ledgerClient } from '../lib/ledger/dynamodb/client.ts';
import { readDeployedRule } from '../lib/rule/deployed.ts';
import { ledgerTable } from '../lib/rule/deployment/names.ts';
import { createSecretStore } from '../lib/secret/store.ts';
import { sinkFunction } from '../lib/sink/function.ts';
import { openTdengine } from '../lib/sink/open-tdengine.ts';
import { createDynamoStops } from '../lib/sink/stops/dynamodb.ts';

const bundle = readDeployedRule('tdengine-sink', process.env, process.cwd());
const { stage, rule } = bundle;
const table = process.env['SLUICE_LEDGER_TABLE'] ?? ledgerTable(stage);

/** What AWS invokes: messages of an event source mapping, or a command of the CLI. */
export const handler = sinkFunction(
  bundle,
  {
    secrets: createSecretStore(),
    clock: Date.now,
    open: openTdengine,
    stops: () => createDynamoStops(ledgerClient(), table, { stage, rule: rule.name }),
  },
  process.env['IS_LOCAL'] === 'true',
);
