import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  paginateQuery,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { Scope } from '../../ledger/contract.ts';
import { fromAttributes, toAttributes } from '../../ledger/dynamodb/attributes.ts';
import { dynamoFailure } from '../../ledger/dynamodb/failure.ts';
import { PARTITION_KEY, SCOPE, STOPPED_INDEX } from '../../ledger/dynamodb/table.ts';
import { prefixOf } from '../../ledger/names.ts';
import type { TopicPartition } from '../../message/contract.ts';
import type { Stop, StopStore } from '../contract.ts';

/** What only a stop has: taken away when the partition goes on, so that the index of stopped items no longer has it. */
const OF_A_STOP = ['since', 'offset', 'code', 'reason', 'fix'] as const;

/**
 * The stops of one rule as items of the stack's table: `<prefix>stop.<topic>.<partition>`, which no object's item is
 * called. The item stays when the partition goes on, and holds no more then than which messages were skipped: the
 * poller's group, which nobody else may commit for, brings them again with their batch. Failures are SluiceErrors of stage `ledger`.
 */
export function createDynamoStops(client: DynamoDBClient, table: string, scope: Scope): StopStore {
  const scopeName = `${scope.stage}.${scope.rule}`;
  const keyOf = ({ topic, partition }: TopicPartition) =>
    toAttributes({ [PARTITION_KEY]: `${prefixOf(scope)}stop.${topic}.${partition}` });

  async function asked<T>(request: () => Promise<T>): Promise<T> {
    try {
      return await request();
    } catch (error) {
      throw dynamoFailure(error, table);
    }
  }

  /** Undefined: the condition did not hold. */
  const unless = async <T>(request: Promise<T>): Promise<T | undefined> =>
    request.catch((error: unknown) => {
      if (error instanceof ConditionalCheckFailedException) return undefined;
      throw error;
    });

  async function itemOf(partition: TopicPartition) {
    const input = { TableName: table, Key: keyOf(partition), ConsistentRead: true };
    return (await client.send(new GetItemCommand(input))).Item ?? {};
  }
  const read = async (partition: TopicPartition) => stopOf(await itemOf(partition));

  return {
    read: (partition) => asked(() => read(partition)),

    skipped: (partition, offset) =>
      asked(async () => (await itemOf(partition))['skipped']?.NS?.includes(`${offset}`) ?? false),

    put: (stop) =>
      asked(async () => {
        const { topic, partition, ...facts } = stop;
        const { fix, ...said } = facts;
        const set = { ...said, ...(fix === undefined ? {} : { fix }), topic, partition, [SCOPE]: scopeName };
        const names = Object.keys(set);
        await unless(
          client.send(
            new UpdateItemCommand({
              TableName: table,
              Key: keyOf(stop),
              // A stop nearer to the beginning, put by another instance, stands.
              ConditionExpression: 'attribute_not_exists(#since) OR #offset >= :offset',
              UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')}`,
              ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
              ExpressionAttributeValues: Object.fromEntries(
                Object.entries(toAttributes(set)).map(([name, value]) => [`:${name}`, value]),
              ),
            }),
          ),
        );
      }),

    resume: (partition, skip = false) =>
      asked(async () => {
        const stop = skip ? await read(partition) : undefined;
        if (skip && stop === undefined) return undefined;
        const skipping = stop && {
          add: ' ADD #skipped :offsets',
          condition: ' AND #offset = :offset',
          names: { '#skipped': 'skipped' },
          values: { ':offsets': { NS: [`${stop.offset}`] }, ':offset': { N: `${stop.offset}` } },
        };
        const answer = await unless(
          client.send(
            new UpdateItemCommand({
              TableName: table,
              Key: keyOf(partition),
              ConditionExpression: `attribute_exists(#since)${skipping?.condition ?? ''}`,
              UpdateExpression: `REMOVE ${OF_A_STOP.map((name) => `#${name}`).join(', ')}${skipping?.add ?? ''}`,
              ExpressionAttributeNames: {
                ...Object.fromEntries(OF_A_STOP.map((name) => [`#${name}`, name])),
                ...skipping?.names,
              },
              ...(skipping && { ExpressionAttributeValues: skipping.values }),
              ReturnValues: 'ALL_OLD',
            }),
          ),
        );
        return answer?.Attributes === undefined ? undefined : stopOf(answer.Attributes);
      }),

    list: () =>
      asked(async () => {
        const query = {
          TableName: table,
          IndexName: STOPPED_INDEX,
          KeyConditionExpression: '#scope = :scope',
          ExpressionAttributeNames: { '#scope': SCOPE },
          ExpressionAttributeValues: toAttributes({ ':scope': scopeName }),
        };
        const stops: Stop[] = [];
        for await (const { Items = [] } of paginateQuery({ client }, query)) {
          for (const item of Items) {
            const stop = stopOf(item);
            if (stop !== undefined) stops.push(stop);
          }
        }
        return stops;
      }),
  };
}

/** Undefined for an item whose partition goes on. */
function stopOf(attributes: Readonly<Record<string, AttributeValue>>): Stop | undefined {
  const { topic, partition, offset, since, code, reason, fix } = fromAttributes(attributes);
  if (typeof topic !== 'string' || typeof partition !== 'number' || typeof offset !== 'number') return undefined;
  if (typeof since !== 'number') return undefined;
  const said = { code: String(code), reason: String(reason) };
  return { topic, partition, offset, since, ...said, ...(typeof fix === 'string' ? { fix } : {}) };
}
