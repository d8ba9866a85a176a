import { STOPPED_INDEX, TABLE, TIME_TO_LIVE } from '../../ledger/dynamodb/table.ts';
import { prefixOf } from '../../ledger/names.ts';
import type { ExportBundle, RuleBundle } from '../schema.ts';
import { arnOf, ledgerTable, type Template } from './names.ts';
import { allow, type Statement } from './statement.ts';

const TABLE_ID = 'LedgerTable';

/** An export parks events there. PostgreSQL keeps in its own tables where a sink stands; TDengine has nothing that could. */
function hasTable({ rule }: RuleBundle): boolean {
  return rule.kind === 'export' || rule.kind === 'tdengine-sink';
}

function hasLedger(bundle: RuleBundle): boolean {
  const { rule } = bundle;
  if (rule.kind !== 'export') return hasTable(bundle);
  return rule.kafka.delivery === 'exactly-once' && rule.kafka.ledger === 'dynamodb';
}

/** The table of all rules that need one. It goes with the stack, and what was exported before is not known any more then. */
export function ledgerResources(bundles: readonly RuleBundle[], service?: string): Template {
  const bundle = bundles.find(hasTable);
  if (bundle === undefined) return {};
  const Properties = { TableName: ledgerTable(bundle.stage, service), ...TABLE, TimeToLiveSpecification: TIME_TO_LIVE };
  return { [TABLE_ID]: { Type: 'AWS::DynamoDB::Table', Properties } };
}

export function ledgerEnvironment(bundle: RuleBundle, service?: string): Template {
  return hasTable(bundle) ? { SLUICE_LEDGER_TABLE: ledgerTable(bundle.stage, service) } : {};
}

/** Items are read and written one by one; only what stands still is ever listed. */
export function keepLedger(bundle: RuleBundle): Statement[] {
  if (!hasLedger(bundle)) return [];
  const table = arnOf(TABLE_ID);
  const index = { 'Fn::Join': ['/', [table, 'index', STOPPED_INDEX]] };
  return [
    {
      ...allow('KeepLedger', ['dynamodb:GetItem', 'dynamodb:UpdateItem'], [table]),
      Condition: ownItems(bundle),
    },
    allow('ListStopped', ['dynamodb:Query'], [index]),
  ];
}

export function parkEvents(bundle: ExportBundle): Statement {
  return { ...allow('ParkEvents', ['dynamodb:PutItem'], [arnOf(TABLE_ID)]), Condition: ownItems(bundle, 'parked.') };
}

/** No rule sees or changes another one's items. */
function ownItems({ rule, stage }: RuleBundle, kind = ''): Template {
  const keys = `${prefixOf({ stage, rule: rule.name })}${kind}*`;
  return { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [keys] } };
}
