import { randomUUID } from 'node:crypto';
import { CreateTableCommand, DeleteTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { TABLE } from '../../lib/ledger/dynamodb/table.ts';
import type { AwsEndpoint } from '../../local/endpoints.ts';
import { clientOptions } from './deployed.ts';

/** A table as the stack makes it, under a name of its own. */
export class LedgerTable {
  readonly client: DynamoDBClient;
  readonly table: string;

  constructor(aws: AwsEndpoint, name: string) {
    this.client = new DynamoDBClient(clientOptions(aws));
    this.table = `${name}-${randomUUID()}`;
  }

  async create(): Promise<void> {
    await this.client.send(new CreateTableCommand({ TableName: this.table, ...TABLE }));
    await waitUntilTableExists({ client: this.client, maxWaitTime: 30 }, { TableName: this.table });
  }

  async remove(): Promise<void> {
    await this.client.send(new DeleteTableCommand({ TableName: this.table }));
    this.client.destroy();
  }
}
