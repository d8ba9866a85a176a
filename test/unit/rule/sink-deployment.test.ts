import { beginningsOf } from '../../../lib/rule/deployment/beginnings.ts';
import { bundlesOf, deployment } from '../../../lib/rule/deployment/index.ts';
import { project } from './project.ts';
import { CONNECTIONS, POSTGRES, sinks, TDENGINE, written } from './sinks.ts';

type Properties = Readonly<Record<string, unknown>>;

function deployed(text: string, stage = 'prod', beginnings: ReadonlyMap<string, number> = new Map()) {
  const name = /^name: (\w+)$/m.exec(text)?.[1] ?? '';
  const { functions, resources } = deployment(bundlesOf(sinks(text), stage), {}, beginnings);
  return {
    fn: functions[name] as Properties & { readonly events: readonly Properties[] },
    extensions: resources['extensions'] as Readonly<Record<string, { readonly Properties: Properties }>>,
    resources: resources['Resources'] as Readonly<
      Record<string, { readonly Type: string; readonly Properties: Properties }>
    >,
  };
}

function eventOf({ events }: { readonly events: readonly Properties[] }): Properties {
  const { kafka = {} } = (events[0] ?? {}) as { readonly kafka?: Properties };
  return kafka;
}

const SOURCE = 'source: { connection: main, topics: [errors] }';
const source = (otherwise: string): string => written(POSTGRES, SOURCE, `source: { ${otherwise} }`);
const secret = (name: string) => ({
  'Fn::Join': [
    '',
    [
      'arn:',
      { Ref: 'AWS::Partition' },
      ':secretsmanager:',
      { Ref: 'AWS::Region' },
      ':',
      { Ref: 'AWS::AccountId' },
      `:secret:${name}`,
    ],
  ],
});

describe('the function', () => {
  test('of a PostgreSQL sink', () => {
    const { fn, resources } = deployed(POSTGRES);
    expect(fn).toMatchObject({
      name: 'rows-prod',
      handler: 'functions/postgres-sink.handler',
      description: 'Sluice: errors to public.errors',
      timeout: 300,
      memorySize: 1024,
      environment: { SLUICE_RULE: 'rows', SLUICE_STAGE: 'prod' },
      package: { patterns: ['.sluice/prod/rows.json'] },
    });
    // AWS brings a batch again by itself: there is nothing to park.
    expect(fn).not.toHaveProperty('destinations');
    expect(Object.keys(resources)).toEqual(['RowsRole']);
  });

  test('of a TDengine sink, with the table that keeps where it stands', () => {
    const { fn, resources } = deployed(TDENGINE);
    expect(fn).toMatchObject({
      handler: 'functions/tdengine-sink.handler',
      description: 'Sluice: tp1, tp2 to power.meters',
      environment: { SLUICE_LEDGER_TABLE: 'sluice-ledger-prod' },
    });
    expect(Object.keys(resources)).toEqual(['MetersRole', 'LedgerTable']);
  });

  test('is not taken for one that goes round in circles', () => {
    expect(deployed(POSTGRES).extensions).not.toHaveProperty('RowsLambdaFunction');
  });
});

describe('the mappings', () => {
  test('a self-managed topic: the secrets of the stack, its own group', () => {
    const { fn, extensions } = deployed(POSTGRES);
    expect(fn.events).toEqual([
      {
        kafka: {
          accessConfigurations: {
            saslScram512Auth: [expect.stringMatching(/^arn:aws:secretsmanager:us-east-1:0{12}:secret:/)],
            serverRootCaCertificate: [expect.any(String)],
          },
          bootstrapServers: ['b-1.example.com:9096'],
          topic: 'errors',
          consumerGroupId: 'sluice.prod.rows.errors',
          startingPosition: 'TRIM_HORIZON',
          batchSize: 5000,
        },
      },
    ]);
    expect(extensions).toEqual({
      RowsEventSourceMappingKafkaErrors: {
        Properties: {
          SourceAccessConfigurations: [
            { Type: 'SASL_SCRAM_512_AUTH', URI: secret('kafka/login') },
            { Type: 'SERVER_ROOT_CA_CERTIFICATE', URI: secret('kafka/ca') },
          ],
        },
      },
    });
  });

  test('several topics: one mapping and one group for each', () => {
    const { fn, extensions } = deployed(TDENGINE);
    expect(fn.events.map(({ kafka }) => (kafka as Properties)['consumerGroupId'])).toEqual([
      'sluice.prod.meters.tp1',
      'sluice.prod.meters.tp2',
    ]);
    expect(Object.keys(extensions)).toEqual(['MetersEventSourceMappingKafkaTp1', 'MetersEventSourceMappingKafkaTp2']);
  });

  test('in a VPC, with a client certificate', () => {
    const text = `${source('connection: certified, topics: [errors]')}vpc: { subnetIds: [subnet-1, subnet-2], securityGroupIds: [sg-1] }\n`;
    const { fn, extensions } = deployed(text);
    expect(fn['vpc']).toEqual({ subnetIds: ['subnet-1', 'subnet-2'], securityGroupIds: ['sg-1'] });
    expect(eventOf(fn)['accessConfigurations']).toMatchObject({
      vpcSubnet: ['subnet-1', 'subnet-2'],
      vpcSecurityGroup: ['sg-1'],
    });
    expect(extensions['RowsEventSourceMappingKafkaErrors']?.Properties['SourceAccessConfigurations']).toEqual([
      { Type: 'CLIENT_CERTIFICATE_TLS_AUTH', URI: secret('kafka/client') },
      { Type: 'VPC_SUBNET', URI: 'subnet:subnet-1' },
      { Type: 'VPC_SUBNET', URI: 'subnet:subnet-2' },
      { Type: 'VPC_SECURITY_GROUP', URI: 'security_group:sg-1' },
    ]);
  });

  test('of MSK with IAM: no secret', () => {
    const { fn, extensions } = deployed(source('connection: msk, topics: [errors]'));
    const arn = 'arn:aws:kafka:eu-west-1:123456789012:cluster/logs/abc-1';
    expect(fn.events).toMatchObject([{ msk: { arn, topic: 'errors', consumerGroupId: 'sluice.prod.rows.errors' } }]);
    expect(extensions).toEqual({});
  });

  test('batches as the rule has them', () => {
    const batch = 'batch: { records: 100, window: 1m }, group: mine, from: { timestamp: 2026-01-01T00:00:01.900Z }';
    const { fn } = deployed(source(`connection: main, topics: [errors], ${batch}`));
    expect(fn.events).toMatchObject([
      {
        kafka: {
          batchSize: 100,
          maximumBatchingWindow: 60,
          consumerGroupId: 'mine.errors',
          startingPosition: 'AT_TIMESTAMP',
          startingPositionTimestamp: Date.UTC(2026, 0, 1, 0, 0, 1) / 1000,
        },
      },
    ]);
  });

  const WINDOWS: readonly (readonly [string, number | undefined, number | undefined])[] = [
    ['maxWaitMs: 999', undefined, undefined],
    ['maxWaitMs: 1000', 1, undefined],
    ['maxWaitMs: 2999', 2, undefined],
    ['maxWaitMs: 3000, batch: { window: 5s }', 5, undefined],
    ['maxWaitMs: 3000, batch: { window: 0 }', undefined, 0],
  ];
  test.each(WINDOWS)('the window with %s', (options, stated, extended) => {
    const { fn, extensions } = deployed(source(`connection: main, topics: [errors], ${options}`));
    expect(eventOf(fn)['maximumBatchingWindow']).toBe(stated);
    const { Properties } = extensions['RowsEventSourceMappingKafkaErrors'] ?? { Properties: {} };
    expect(Properties['MaximumBatchingWindowInSeconds']).toBe(extended);
  });

  test('pollers of its own try for ever, and never cut a batch', () => {
    const { fn, extensions } = deployed(
      source('connection: main, topics: [errors], concurrency: 4, provisioned: true'),
    );
    expect(fn.events).toMatchObject([{ kafka: { provisionedPollerConfig: { minimumPollers: 1, maximumPollers: 4 } } }]);
    expect(extensions['RowsEventSourceMappingKafkaErrors']?.Properties).toMatchObject({
      MaximumRetryAttempts: -1,
      MaximumRecordAgeInSeconds: -1,
      BisectBatchOnFunctionError: false,
    });
  });

  test('there are none on stage local', () => {
    const { fn, extensions } = deployed(POSTGRES, 'local');
    expect(fn.events).toEqual([]);
    expect(extensions).toEqual({});
  });
});

describe('from: latest', () => {
  const LATEST = source('connection: main, topics: [errors, more], from: latest');
  const clock = () => Date.UTC(2026, 0, 1);
  const NOW = Date.UTC(2026, 0, 1) / 1000;
  const template = (Properties: Properties) => ({ Resources: { RowsEventSourceMappingKafkaErrors: { Properties } } });
  const beginnings = async (live: unknown, text = LATEST, stage = 'prod') =>
    Object.fromEntries(await beginningsOf(bundlesOf(sinks(text), stage), { template: async () => live, clock }));

  test('is the time of the first deployment, and stays it', async () => {
    const first = { RowsEventSourceMappingKafkaErrors: NOW, RowsEventSourceMappingKafkaMore: NOW };
    expect(await beginnings(undefined)).toEqual(first);
    expect(await beginnings(template({ StartingPositionTimestamp: 1_700_000_000 }))).toEqual({
      ...first,
      RowsEventSourceMappingKafkaErrors: 1_700_000_000,
    });
    expect(deployed(LATEST, 'prod', new Map(Object.entries(first))).fn.events).toMatchObject([
      { kafka: { topic: 'errors', startingPosition: 'AT_TIMESTAMP', startingPositionTimestamp: NOW } },
      { kafka: { topic: 'more', startingPosition: 'AT_TIMESTAMP', startingPositionTimestamp: NOW } },
    ]);
  });

  test('a mapping that began elsewhere begins now', async () => {
    const live = template({ StartingPosition: 'TRIM_HORIZON' });
    expect(await beginnings(live)).toMatchObject({ RowsEventSourceMappingKafkaErrors: NOW });
  });

  test.each([
    ['another start', POSTGRES, 'prod'],
    ['stage local', LATEST, 'local'],
  ])('the stack is not asked for %s', async (_about, text, stage) => {
    const template = () => Promise.reject(new Error('asked'));
    const found = await beginningsOf(bundlesOf(sinks(text), stage), { template, clock });
    expect(found.size).toBe(0);
  });

  test('a stack that cannot be read ends the deployment', async () => {
    const template = () => Promise.reject(new Error('no credentials'));
    await expect(beginningsOf(bundlesOf(sinks(LATEST), 'prod'), { template, clock })).rejects.toThrow('no credentials');
  });
});

test('a secret of the laptop is refused elsewhere', () => {
  const connections = CONNECTIONS.replace('secret: sluice/warehouse', "secret: 'env:WAREHOUSE'");
  expect(() => bundlesOf(project([POSTGRES], {}, connections), 'prod')).toThrow(
    'postgres.warehouse.secret of rows is for local work: a function on stage prod cannot read it',
  );
});
