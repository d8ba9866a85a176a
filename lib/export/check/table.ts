import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { Scope } from '../../ledger/contract.ts';
import { toAttributes } from '../../ledger/dynamodb/attributes.ts';
import { dynamoFailure } from '../../ledger/dynamodb/failure.ts';
import { PARTITION_KEY, SCOPE, STOPPED_INDEX } from '../../ledger/dynamodb/table.ts';
import { prefixOf } from '../../ledger/names.ts';
import { type Finding, ok } from './probe.ts';

/** Whether the ledger's table is there, and may be read, written and asked for what stands still. Writes nothing. */
export async function lookAtTable(client: Pick<DynamoDBClient, 'send'>, table: string, scope: Scope): Promise<Finding> {
  const Key = toAttributes({ [PARTITION_KEY]: `${prefixOf(scope)}check` });
  try {
    await client.send(new GetItemCommand({ TableName: table, Key, ConsistentRead: true }));
    await refusedWrite(client, table, Key);
    await client.send(
      new QueryCommand({
        TableName: table,
        IndexName: STOPPED_INDEX,
        KeyConditionExpression: '#scope = :scope',
        ExpressionAttributeNames: { '#scope': SCOPE },
        ExpressionAttributeValues: toAttributes({ ':scope': `${scope.stage}.${scope.rule}` }),
        Limit: 1,
      }),
    );
  } catch (error) {
    throw dynamoFailure(error, table);
  }
  return ok('can be read and written');
}

/** A write on a condition that nothing meets: it is refused as any other write only where it would be allowed. */
async function refusedWrite(
  client: Pick<DynamoDBClient, 'send'>,
  TableName: string,
  Key: ReturnType<typeof toAttributes>,
): Promise<void> {
  try {
    await client.send(
      new UpdateItemCommand({
        TableName,
        Key,
        UpdateExpression: 'REMOVE #none',
        ConditionExpression: 'attribute_exists(#key) AND attribute_not_exists(#key)',
        ExpressionAttributeNames: { '#none': 'none', '#key': PARTITION_KEY },
      }),
    );
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
}
