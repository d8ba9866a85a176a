import { deployment } from '../../../lib/rule/deployment/index.ts';
import { resolveExport } from '../../../lib/rule/index.ts';
import type { ExportBundle, ExportRule } from '../../../lib/rule/schema.ts';
import { RULE } from '../../support/errors-rule.ts';
import { project } from './project.ts';

function bundle(stage: string, kafka: Partial<ExportRule['kafka']>, clusterArn?: string): ExportBundle {
  const { bundle: first } = resolveExport(project([RULE]), 'errors', stage);
  const [[name, connection] = []] = Object.entries(first.connections.kafka);
  if (name === undefined || connection === undefined) throw new TypeError('the rule has a connection');
  const msk = { ...connection, auth: { mechanism: 'oauthbearer' }, clusterArn } as typeof connection;
  return {
    ...first,
    rule: { ...first.rule, kafka: { ...first.rule.kafka, ...kafka } },
    connections: { ...first.connections, kafka: { [name]: clusterArn === undefined ? connection : msk } },
  };
}

function template(of: ExportBundle) {
  const { functions, resources } = deployment([of], {});
  const made = resources['Resources'] as Record<string, { Properties: Record<string, unknown> }>;
  const [policy] = (made['ErrorsRole']?.Properties['Policies'] ?? []) as {
    PolicyDocument: { Statement: { Sid: string; Action: string[]; Resource: unknown[] }[] };
  }[];
  return {
    table: made['LedgerTable'],
    environment: (functions['errors'] as { environment: Record<string, unknown> }).environment,
    statement: (sid: string) => policy?.PolicyDocument.Statement.find(({ Sid }) => Sid === sid),
  };
}

describe('the ledger of a deployment', () => {
  test('with dynamodb: one table, its name in the environment, and the rights to items and index', () => {
    const { table, environment, statement } = template(bundle('prod', { delivery: 'exactly-once' }));
    expect(table).toMatchObject({
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        TableName: 'sluice-ledger-prod',
        BillingMode: 'PAY_PER_REQUEST',
        TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
      },
    });
    expect(environment['SLUICE_LEDGER_TABLE']).toBe('sluice-ledger-prod');
    expect(statement('KeepLedger')?.Action).toEqual(['dynamodb:GetItem', 'dynamodb:UpdateItem']);
    expect(JSON.stringify(statement('KeepLedger')?.Resource)).toBe('[{"Fn::GetAtt":["LedgerTable","Arn"]}]');
    expect(statement('ListStopped')?.Action).toEqual(['dynamodb:Query']);
    expect(JSON.stringify(statement('ListStopped')?.Resource)).toMatch(/"LedgerTable","Arn"\]\},"index","stopped"\]/);
  });

  test('of another project in the same account: a table of its own', () => {
    const of = bundle('prod', { delivery: 'exactly-once' });
    const { functions, resources } = deployment([of], {}, new Map(), 'other');
    expect(resources).toHaveProperty('Resources.LedgerTable.Properties.TableName', 'other-ledger-prod');
    expect(functions).toHaveProperty('errors.environment.SLUICE_LEDGER_TABLE', 'other-ledger-prod');
  });

  test.each([{ delivery: 'at-least-once' }, { delivery: 'exactly-once', ledger: 'kafka' }] as const)(
    'none for %j, whose table holds parked events alone',
    (kafka) => {
      const { table, environment, statement } = template(bundle('prod', kafka));
      expect(table).toBeDefined();
      expect(environment['SLUICE_LEDGER_TABLE']).toBe('sluice-ledger-prod');
      expect(statement('ParkEvents')?.Action).toEqual(['dynamodb:PutItem']);
      expect(statement('KeepLedger')).toBeUndefined();
      expect(statement('ListStopped')).toBeUndefined();
    },
  );

  const CLUSTER = 'arn:aws:kafka:eu-central-1:123456789012:cluster/main/abc';

  test('on MSK: the rights of transactions, on ids and groups of the rule alone', () => {
    const { statement } = template(bundle('prod', { delivery: 'exactly-once', ledger: 'kafka' }, CLUSTER));
    const own = (kind: string) => [`arn:aws:kafka:eu-central-1:123456789012:${kind}/main/abc/sluice.prod.errors.*`];
    expect(statement('TransactOnMsk')?.Resource).toEqual(own('transactional-id'));
    expect(statement('KeepOffsetsOnMsk')?.Resource).toEqual(own('group'));
    expect(statement('KeepOffsetsOnMsk')?.Action).toContain('kafka-cluster:DeleteGroup');
    expect(statement('CommitForTopicOnMsk')?.Action).toEqual(['kafka-cluster:ReadData']);
  });

  test('on MSK at least once: none of them', () => {
    const { statement } = template(bundle('prod', { delivery: 'at-least-once' }, CLUSTER));
    expect(statement('ConnectToMsk')).toBeDefined();
    expect(statement('TransactOnMsk')).toBeUndefined();
    expect(statement('KeepOffsetsOnMsk')).toBeUndefined();
  });
});
