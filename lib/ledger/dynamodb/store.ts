import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  paginateQuery,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { SluiceError } from '../../failure/index.ts';
import type { Provenance } from '../../kafka/contract.ts';
import type { Scope, StoppedObject } from '../contract.ts';
import { effectOf, type Item, type Write, type Written } from '../item.ts';
import { objectId } from '../names.ts';
import { fromAttributes, toAttributes } from './attributes.ts';
import { expressions } from './expression.ts';
import { dynamoFailure } from './failure.ts';
import { PARTITION_KEY, SCOPE, STOPPED_INDEX } from './table.ts';

/** Where the items of one rule are kept. Failures are SluiceErrors of stage `ledger`. */
export interface ItemStore {
  /** As of now, never a copy that lags. */
  read(object: Provenance): Promise<Item | undefined>;
  /** One conditional write. A refusal is an answer, with the item that stood in the way. */
  write(object: Provenance, write: Write): Promise<Written>;
  /** Longest stopped first; may lag by a moment. */
  stopped(): AsyncIterable<StoppedObject>;
}

export function createItemStore(client: DynamoDBClient, table: string, scope: Scope): ItemStore {
  const keyOf = (object: Provenance) => toAttributes({ [PARTITION_KEY]: objectId(scope, object) });
  const scopeName = `${scope.stage}.${scope.rule}`;

  return {
    async read(object) {
      try {
        const input = { TableName: table, Key: keyOf(object), ConsistentRead: true };
        const { Item: found } = await client.send(new GetItemCommand(input));
        return found === undefined ? undefined : itemOf(found);
      } catch (error) {
        throw asFailure(error, table);
      }
    },

    async write(object, write) {
      const effect = effectOf(write);
      // What the item is of is written once, by the claim that makes it.
      const { bucket, key, version } = object;
      const facts = write.kind === 'claim' ? { [SCOPE]: scopeName, bucket, key, version } : {};
      try {
        const { Attributes } = await client.send(
          new UpdateItemCommand({
            TableName: table,
            Key: keyOf(object),
            ...expressions({ ...effect, set: { ...facts, ...effect.set } }),
            ReturnValues: 'ALL_NEW',
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        );
        return { ok: true, item: itemOf(Attributes ?? {}) };
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw asFailure(error, table);
        return { ok: false, item: error.Item === undefined ? undefined : itemOf(error.Item) };
      }
    },

    async *stopped() {
      const query = {
        TableName: table,
        IndexName: STOPPED_INDEX,
        KeyConditionExpression: '#scope = :scope',
        ExpressionAttributeNames: { '#scope': SCOPE },
        ExpressionAttributeValues: toAttributes({ ':scope': scopeName }),
      };
      try {
        for await (const { Items = [] } of paginateQuery({ client }, query)) yield* Items.map(stoppedOf);
      } catch (error) {
        throw asFailure(error, table);
      }
    },
  };
}

const NAMES: readonly (keyof Item)[] = [
  'state',
  'claim',
  'at',
  'counts',
  'owner',
  'lease',
  'intent',
  'since',
  'reason',
  'finished',
  'expires',
];

function itemOf(attributes: Readonly<Record<string, AttributeValue>>): Item {
  const values = fromAttributes(attributes);
  const { state, claim, at, counts } = values;
  const known = state === 'running' || state === 'stopped' || state === 'done';
  if (!known || typeof claim !== 'string' || typeof at !== 'number' || typeof counts !== 'object') {
    throw new SluiceError('LedgerFailed', `an item of the ledger has a form that this version does not know`, {
      stage: 'ledger',
      fix: 'Look at the item whose pk is the one of the object: it was changed by hand, or written by a newer version.',
    });
  }
  return Object.fromEntries(NAMES.flatMap((name) => (name in values ? [[name, values[name]]] : []))) as unknown as Item;
}

function stoppedOf(attributes: Readonly<Record<string, AttributeValue>>): StoppedObject {
  const { at, counts, since = 0, reason = { code: 'Unknown', reason: 'no reason was kept' } } = itemOf(attributes);
  const { bucket, key, version } = fromAttributes(attributes);
  return {
    bucket: String(bucket),
    key: String(key),
    version: String(version),
    since,
    reason,
    position: { byte: at, counts },
  };
}

function asFailure(error: unknown, table: string): SluiceError {
  return error instanceof SluiceError ? error : dynamoFailure(error, table);
}
