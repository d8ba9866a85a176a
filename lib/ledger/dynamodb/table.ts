/**
 * The ledger's table, as CreateTable and CloudFormation both take it: one table for all rules of a deployment, paid by
 * request. The key is a hash, so that no rule's objects crowd one partition. The index holds stopped items alone, since
 * only they have `since`.
 */
import type { CreateTableCommandInput, UpdateTimeToLiveCommandInput } from '@aws-sdk/client-dynamodb';

export const PARTITION_KEY = 'pk';
/** `<stage>.<rule>`, on every item. */
export const SCOPE = 'scope';
export const STOPPED_INDEX = 'stopped';

export const TABLE = {
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [
    { AttributeName: PARTITION_KEY, AttributeType: 'S' },
    { AttributeName: SCOPE, AttributeType: 'S' },
    { AttributeName: 'since', AttributeType: 'N' },
  ],
  KeySchema: [{ AttributeName: PARTITION_KEY, KeyType: 'HASH' }],
  GlobalSecondaryIndexes: [
    {
      IndexName: STOPPED_INDEX,
      KeySchema: [
        { AttributeName: SCOPE, KeyType: 'HASH' },
        { AttributeName: 'since', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'ALL' },
    },
  ],
} satisfies Omit<CreateTableCommandInput, 'TableName'>;

/** Only done items have the attribute: DynamoDB must never delete one that is running. */
export const TIME_TO_LIVE = {
  AttributeName: 'expires',
  Enabled: true,
} satisfies UpdateTimeToLiveCommandInput['TimeToLiveSpecification'];
