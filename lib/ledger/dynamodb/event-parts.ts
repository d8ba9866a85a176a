import { DeleteItemCommand, type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { toAttributes } from './attributes.ts';
import { PARTITION_KEY } from './table.ts';

/** DynamoDB takes items of 400 KB; a queue hands over messages of 1 MiB. */
const PART_BYTES = 300 * 1024;

/** Which parking of an event: each has parts of its own, so that none loses those of another. */
export interface Parking {
  readonly id: string;
  readonly token: string;
}

/** How many items beside its own the text of an event takes; 0: it fits into its own. */
export function partsOf(event: string): number {
  const bytes = Buffer.byteLength(event);
  return bytes <= PART_BYTES ? 0 : Math.ceil(bytes / PART_BYTES);
}

/** Texts of events that one item cannot hold, in items that no index lists. */
export class EventParts {
  readonly #client: DynamoDBClient;
  readonly #table: string;

  constructor(client: DynamoDBClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async put(parking: Parking, event: string): Promise<void> {
    const bytes = Buffer.from(event);
    for (let i = 0; i < partsOf(event); i++) {
      const part = { B: bytes.subarray(i * PART_BYTES, (i + 1) * PART_BYTES) };
      await this.#client.send(new PutItemCommand({ TableName: this.#table, Item: { ...keyOf(parking, i), part } }));
    }
  }

  /** Undefined: somebody has removed the event meanwhile. */
  async read(parking: Parking, count: number): Promise<string | undefined> {
    const parts: Uint8Array[] = [];
    for (let i = 0; i < count; i++) {
      const input = { TableName: this.#table, Key: keyOf(parking, i), ConsistentRead: true };
      const part = (await this.#client.send(new GetItemCommand(input))).Item?.['part']?.B;
      if (part === undefined) return undefined;
      parts.push(part);
    }
    return Buffer.concat(parts).toString();
  }

  async remove(parking: Parking, count: number): Promise<void> {
    for (let i = 0; i < count; i++)
      await this.#client.send(new DeleteItemCommand({ TableName: this.#table, Key: keyOf(parking, i) }));
  }
}

const keyOf = ({ id, token }: Parking, part: number) => toAttributes({ [PARTITION_KEY]: `${id}.${token}.${part}` });
