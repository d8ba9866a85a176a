import { STOPPED_INDEX, TABLE, TIME_TO_LIVE } from '../../ledger/dynamodb/table.ts';
import type { Rule, RuleBundle } from '../schema.ts';
import { arn, ledgerTable, type Template } from './names.ts';
import { allow, type Statement } from './statement.ts';

/** PostgreSQL keeps in its own tables where a sink stands; TDengine has nothing that could. */
function hasTable({ rule }: RuleBundle<Rule>): boolean {
  if (rule.kind !== 'export') return rule.kind === 'tdengine-sink';
  return rule.kafka.delivery === 'exactly-once' && rule.kafka.ledger === 'dynamodb';
}

/** The table of all rules that need one. It goes with the stack, and what was exported before is not known any more then. */
export function ledgerResources(bundles: readonly RuleBundle<Rule>[]): Template {
  const bundle = bundles.find(hasTable);
  if (bundle === undefined) return {};
  const Properties = { TableName: ledgerTable(bundle.stage), ...TABLE, TimeToLiveSpecification: TIME_TO_LIVE };
  return { LedgerTable: { Type: 'AWS::DynamoDB::Table', Properties } };
}

export function ledgerEnvironment(bundle: RuleBundle<Rule>): Template {
  return hasTable(bundle) ? { SLUICE_LEDGER_TABLE: ledgerTable(bundle.stage) } : {};
}

/** Items are read and written one by one; only what stands still is ever listed. */
export function keepLedger(bundle: RuleBundle<Rule>): Statement[] {
  if (!hasTable(bundle)) return [];
  const table = `table/${ledgerTable(bundle.stage)}`;
  return [
    allow('KeepLedger', ['dynamodb:GetItem', 'dynamodb:UpdateItem'], [arn('dynamodb', table)]),
    allow('ListStopped', ['dynamodb:Query'], [arn('dynamodb', `${table}/index/${STOPPED_INDEX}`)]),
  ];
}
