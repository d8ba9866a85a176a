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
import { EventParts, partsOf } from './event-parts.ts';
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
  const parts = new EventParts(client, table);
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
        const parking = { id: parkedId(scope, event), token: randomUUID() };
        const count = partsOf(event);
        // First: whoever finds the event finds all of it.
        await parts.put(parking, event);
        const Item = toAttributes({
          [PARTITION_KEY]: parking.id,
          [SCOPE]: scopeName,
          token: parking.token,
          ...(count === 0 ? { event } : { parts: count }),
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
        for await (const { Items = [] } of paginateQuery({ client }, query)) {
          for (const item of Items) {
            const found = parkedOf(item);
            const event = found.event ?? (await parts.read(found, found.parts ?? 0));
            if (event !== undefined) yield eventOf(found, event);
          }
        }
      } catch (error) {
        throw dynamoFailure(error, table);
      }
    },

    remove: ({ id, token, event }) =>
      told(async () => {
        const deleted = new DeleteItemCommand({
          TableName: table,
          Key: toAttributes({ [PARTITION_KEY]: id }),
          ConditionExpression: '#token = :token',
          ExpressionAttributeNames: { '#token': 'token' },
          ExpressionAttributeValues: toAttributes({ ':token': token }),
        });
        const isRemoved = await client.send(deleted).then(
          () => true,
          (error: unknown) => {
            if (error instanceof ConditionalCheckFailedException) return false;
            throw error;
          },
        );
        // Also where it was parked again since: that one has parts of its own.
        await parts.remove({ id, token }, partsOf(event));
        return isRemoved;
      }),
  };
}

function parkedId(scope: Scope, event: string): string {
  const hash = createHash('sha256').update(event).digest('hex').slice(0, 32);
  return `${prefixOf(scope)}parked.${hash}`;
}

/** As it is stored: the text of an event is beside it where it is too long. */
type Stored = Omit<ParkedEvent, 'event'> & { readonly event?: string; readonly parts?: number };

function parkedOf(attributes: Readonly<Record<string, AttributeValue>>): Stored {
  const values = fromAttributes(attributes);
  // Only `put` writes under this scope.
  return { ...(values as unknown as Omit<Stored, 'id'>), id: String(values[PARTITION_KEY]) };
}

function eventOf({ id, token, reason, since, object }: Stored, event: string): ParkedEvent {
  return { id, token, event, reason, since, ...(object !== undefined && { object: { ...object } }) };
}
