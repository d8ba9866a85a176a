import { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/**
 * The client of what runs in functions. Without time-outs of its own it would wait in a VPC that has no way to DynamoDB
 * until AWS ends the function, and nobody would hear why.
 *
 * @param silenceMs how long an answer may take
 */
export function ledgerClient(silenceMs = 10_000): DynamoDBClient {
  return new DynamoDBClient({
    requestHandler: { connectionTimeout: 3_000, requestTimeout: silenceMs, throwOnRequestTimeout: true },
  });
}
