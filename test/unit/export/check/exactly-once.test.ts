import { ConditionalCheckFailedException, ResourceNotFoundException } from '@aws-sdk/client-dynamodb';
import { type Extent, extentOf, judgeGroups, judgeRuns } from '../../../../lib/export/check/extent.ts';
import { lookAtTable } from '../../../../lib/export/check/table.ts';
import { lookAtTransactions } from '../../../../lib/export/check/transaction.ts';
import { SluiceError } from '../../../../lib/failure/index.ts';
import type { ObjectInfo } from '../../../../lib/object/contract.ts';
import { type ExportBundle, type ProjectFiles, readProject, resolveExport } from '../../../../lib/rule/index.ts';
import { INFO } from '../../../support/export-fakes.ts';
import { failureOf } from '../../../support/failure.ts';

const DAY = 86_400_000;
const NOW = 1_000 * DAY;
const MIB = 2 ** 20;

function bundleOf(kafka: object = {}, more: object = {}): ExportBundle {
  const rule = {
    kind: 'export',
    name: 'errors',
    source: { bucket: 'logs', prefix: 'access/', suffix: '.csv', format: 'csv' },
    select: 'SELECT * FROM S3Object s',
    kafka: { connection: 'main', topic: 'errors', ...kafka },
    ...more,
  };
  const files: ProjectFiles = {
    rules: [{ path: 'rules/errors.yml', text: JSON.stringify(rule) }],
    connections: {
      path: 'connections.yml',
      text: 'kafka: { main: { brokers: [b:9092] } }\nredis: { cache: { url: redis://c:6379 } }\n',
    },
  };
  return resolveExport(readProject(files, {}), 'errors', 'dev').bundle;
}

const extent = (more: Partial<Extent> = {}): Extent => ({
  objects: 10,
  lastDay: 10,
  largest: undefined,
  complete: true,
  ...more,
});
const largest = (size: number, key = 'access/a.csv') => extent({ largest: { ...INFO, key, size } });

test.each<[string, Partial<Extent>, object, string, RegExp]>([
  ['few objects', { lastDay: 150 }, {}, 'ok', /150 objects .* 1 days, that is 150 consumer groups/],
  [
    'a group too many',
    { lastDay: 201 },
    {},
    'failed',
    /201 consumer groups on the broker, more than maxGroups \(200\)/,
  ],
  ['a longer memory', { lastDay: 30 }, { dedupe: '7d' }, 'failed', /7 days, that is 210 consumer groups/],
  ['a shorter memory', { lastDay: 400 }, { dedupe: '6h' }, 'ok', /0\.25 days, that is 100 consumer groups/],
  ['a broker that takes more', { lastDay: 5_000 }, { maxGroups: 10_000 }, 'ok', /5000 consumer groups/],
  ['more keys than were seen', { lastDay: 10, complete: false }, {}, 'warning', /more keys than could be looked at/],
  ['too many among those seen', { lastDay: 900, complete: false }, {}, 'failed', /among the first 10 keys.* 900/],
])('groups on the broker: %s', (_, found, kafka, state, detail) => {
  const { rule } = bundleOf({ ledger: 'kafka', ...kafka });
  expect(judgeGroups(extent(found), rule.kafka)).toMatchObject({ state, detail: expect.stringMatching(detail) });
});

test('what to do about too many groups', () => {
  const { rule } = bundleOf({ ledger: 'kafka' });
  expect(judgeGroups(extent({ lastDay: 1_000 }), rule.kafka).fix).toMatch(/ledger: dynamodb.*maxGroups: 1000/);
});

test.each<[string, Extent, object, string, RegExp]>([
  ['no object', extent(), {}, 'ok', /no object yet/],
  ['a small one', largest(MIB), {}, 'ok', /1\.0 MiB\) takes about 1 run of 900 s/],
  ['a large one without a rate', largest(100 * 1024 * MIB), {}, 'ok', /about 4 runs/],
  [
    'one that the rate holds up',
    largest(1024 * MIB),
    { rate: { bytes: '64KiB', shared: 'cache' } },
    'warning',
    /about 19 runs/,
  ],
  ['a rate in parts', largest(1024 * MIB), { rate: { bytes: '1MiB', instances: 16 } }, 'warning', /about 19 runs/],
  ['a rate in records', largest(1024 * MIB), { rate: { records: 1000, shared: 'cache' } }, 'ok', /about 5 runs/],
  [
    'the same, compressed: read again each time',
    largest(1024 * MIB, 'access/a.csv.gz'),
    { rate: { records: 1000, shared: 'cache' } },
    'warning',
    /about 40 runs.*read about 21 times over/,
  ],
])('runs of the largest object: %s', (_, found, more, state, detail) => {
  const { rule } = bundleOf({}, more);
  expect(judgeRuns(found, rule)).toMatchObject({ state, detail: expect.stringMatching(detail) });
});

describe('the extent', () => {
  const { source } = bundleOf().rule;
  const listing = (objects: readonly ObjectInfo[]) => ({
    async *list() {
      yield* objects;
    },
  });

  test('counts what is of the rule and of the last day, and finds the largest', async () => {
    const objects = [
      { ...INFO, key: 'access/a.csv', size: 5, lastModified: new Date(NOW - 2 * DAY) },
      { ...INFO, key: 'access/b.csv', size: 9, lastModified: new Date(NOW - DAY / 2) },
      { ...INFO, key: 'access/c.json', size: 99, lastModified: new Date(NOW) },
    ];
    const found = await extentOf(listing(objects), source, () => NOW);
    expect(found).toMatchObject({ objects: 2, lastDay: 1, largest: { key: 'access/b.csv' }, complete: true });
  });

  test('of a bucket without end is what could be seen in time', async () => {
    let now = NOW;
    const endless = {
      async *list() {
        for (;;) yield INFO;
      },
    };
    expect(await extentOf(endless, { ...source, suffix: '' }, () => (now += 10))).toMatchObject({ complete: false });
  });
});

describe('the table', () => {
  const scope = { stage: 'dev', rule: 'errors' };
  type Client = Parameters<typeof lookAtTable>[0];
  const answering = (answers: Readonly<Record<string, Error>>): { asked: string[]; client: Client } => {
    const asked: string[] = [];
    const send = async (command: { constructor: { name: string } }) => {
      const { name } = command.constructor;
      asked.push(name);
      if (answers[name] !== undefined) throw answers[name];
      return {};
    };
    return { asked, client: { send } as unknown as Client };
  };
  const $metadata = { httpStatusCode: 400 };
  const refused = new ConditionalCheckFailedException({ message: 'refused', $metadata });
  const denied = Object.assign(new Error('no'), { name: 'AccessDeniedException', $metadata });

  test('is read, written to on a condition that nothing meets, and queried', async () => {
    const { asked, client } = answering({ UpdateItemCommand: refused });
    expect(await lookAtTable(client, 't', scope)).toMatchObject({ state: 'ok' });
    expect(asked).toEqual(['GetItemCommand', 'UpdateItemCommand', 'QueryCommand']);
  });

  test.each<[string, Error, string]>([
    ['GetItemCommand', new ResourceNotFoundException({ message: 'none', $metadata }), 'LedgerMissing'],
    ['GetItemCommand', denied, 'LedgerDenied'],
    ['UpdateItemCommand', denied, 'LedgerDenied'],
    ['QueryCommand', denied, 'LedgerDenied'],
  ])('%s answered with an error says what is missing', async (command, error, code) => {
    const { client } = answering({ UpdateItemCommand: refused, [command]: error });
    expect(await failureOf(lookAtTable(client, 't', scope))).toMatchObject({ code, fix: expect.any(String) });
  });
});

test('a transaction is tried on an id of its own under the prefix of the rule', async () => {
  const tried: { id: string; topic: string }[] = [];
  const transaction = async (_: unknown, probed: { id: string; topic: string }) => void tried.push(probed);
  const endpoint = { brokers: ['b:9092'], clientId: 'c', auth: { mechanism: 'none' as const } };
  await lookAtTransactions({ transaction }, endpoint, bundleOf());
  await lookAtTransactions({ transaction }, endpoint, bundleOf());
  expect(tried[0]).toMatchObject({ topic: 'errors', id: expect.stringMatching(/^sluice\.dev\.errors\.check\./) });
  expect(tried[0]!.id).not.toBe(tried[1]!.id);
  const denied = new SluiceError('GroupDenied', 'no', { stage: 'kafka' });
  const refusing = { transaction: () => Promise.reject(denied) };
  await expect(lookAtTransactions(refusing, endpoint, bundleOf())).rejects.toBe(denied);
});
