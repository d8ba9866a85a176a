import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { ledgerClient } from '../../../../lib/ledger/dynamodb/client.ts';
import { createItemStore } from '../../../../lib/ledger/dynamodb/store.ts';
import { rejected } from '../../../support/caught.ts';

test('a table that takes requests and never answers is told of', async () => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const before = process.env;
  process.env = {
    ...before,
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  };
  const client = ledgerClient(30);
  const store = createItemStore(client, 'ledger', { stage: 'test', rule: 'errors' });
  expect(await rejected(store.read({ bucket: 'b', key: 'k', version: 'v' }))).toMatchObject({
    code: 'LedgerUnreachable',
    retryable: true,
    fix: expect.stringContaining('gateway endpoint'),
  });
  process.env = before;
  client.destroy();
  for (const socket of sockets) socket.destroy();
  server.close();
});
