import { createHash, randomUUID } from 'node:crypto';
import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  paginateQuery,
} from '@aws-sdk/client-dynamodb';
import type { Scope } from '../contract.ts';
import { prefixOf } from '../names.ts';
import type { ParkedEvent, ParkedEvents } from '../parked.ts';
import { fromAttributes, toAttributes } from './attributes.ts';
import { dynamoFailure } from './failure.ts';
import { PARTITION_KEY, SCOPE, STOPPED_INDEX } from './table.ts';

/**
 * Parked events in the ledger's table, one item each: found through the index of what stands still, under a scope of their
 * own (no part of a scope holds a dot). None has the attribute that DynamoDB would delete it by.
 */
export function createParkedEvents(client: DynamoDBClient, table: string, scope: Scope): ParkedEvents {
  const scopeName = `${scope.stage}.${scope.rule}.parked`;
  const query = {
    TableName: table,
    IndexName: STOPPED_INDEX,
    KeyConditionExpression: '#scope = :scope',
    ExpressionAttributeNames: { '#scope': SCOPE },
    ExpressionAttributeValues: toAttributes({ ':scope': scopeName }),
  };
  const told = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw dynamoFailure(error, table);
    }
  };

  return {
    put: ({ event, object, reason, since }) =>
      told(async () => {
        const Item = toAttributes({
          [PARTITION_KEY]: parkedId(scope, event),
          [SCOPE]: scopeName,
          token: randomUUID(),
          event,
          ...(object !== undefined && { object: { ...object } }),
          reason: { ...reason },
          since,
        });
        await client.send(new PutItemCommand({ TableName: table, Item }));
      }),

    count: () =>
      told(async () => {
        let count = 0;
        for await (const { Count = 0 } of paginateQuery({ client }, { ...query, Select: 'COUNT' })) count += Count;
        return count;
      }),

    async *list() {
      try {
        for await (const { Items = [] } of paginateQuery({ client }, query)) yield* Items.map(parkedOf);
      } catch (error) {
        throw dynamoFailure(error, table);
      }
    },

    remove: ({ id, token }) =>
      told(async () => {
        try {
          await client.send(
            new DeleteItemCommand({
              TableName: table,
              Key: toAttributes({ [PARTITION_KEY]: id }),
              ConditionExpression: '#token = :token',
              ExpressionAttributeNames: { '#token': 'token' },
              ExpressionAttributeValues: toAttributes({ ':token': token }),
            }),
          );
          return true;
        } catch (error) {
          if (error instanceof ConditionalCheckFailedException) return false;
          throw error;
        }
      }),
  };
}

function parkedId(scope: Scope, event: string): string {
  const hash = createHash('sha256').update(event).digest('hex').slice(0, 32);
  return `${prefixOf(scope)}parked.${hash}`;
}

function parkedOf(attributes: Readonly<Record<string, AttributeValue>>): ParkedEvent {
  const values = fromAttributes(attributes);
  // Only `put` writes under this scope.
  const { token, event, object, reason, since } = values as unknown as Omit<ParkedEvent, 'id'>;
  return {
    id: String(values[PARTITION_KEY]),
    token,
    event,
    reason,
    since,
    ...(object !== undefined && { object: { ...object } }),
  };
}
