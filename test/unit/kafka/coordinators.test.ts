import Broker from 'kafkajs/src/broker/index.js';
import Cluster from 'kafkajs/src/cluster/index.js';
import '../../../lib/kafka/wire/coordinators.ts';

const TRANSACTION = 1;
const ID = 'sluice.dev.errors';

/** A broker whose requests fail with what `failing` holds, and which counts how often it was asked for. */
function clusterOf() {
  const state = { connected: true, failing: undefined as { readonly type: string } | undefined, searches: 0 };
  const broker: Broker = Object.assign(Object.create(Broker.prototype), {
    isConnected: () => state.connected,
    lookupRequest: () => () => ({ request: {} }),
    connectionPool: {
      send: async () => {
        if (state.failing !== undefined) throw Object.assign(new Error('refused'), state.failing);
        return {};
      },
    },
  });
  const cluster: Cluster = Object.assign(Object.create(Cluster.prototype), {
    retrier: (work: () => Promise<unknown>) => work(),
    findGroupCoordinatorMetadata: async () => {
      state.searches++;
      return { coordinator: { nodeId: 1 } };
    },
    findBroker: async () => broker,
  });
  const find = (coordinatorType?: number) =>
    cluster.findGroupCoordinator({ groupId: ID, ...(coordinatorType !== undefined && { coordinatorType }) });
  return { state, broker, find };
}

test('the coordinators of a transactional id and of its group are searched for once each', async () => {
  const { state, broker, find } = clusterOf();
  for (let i = 0; i < 3; i++) {
    expect(await find(TRANSACTION)).toBe(broker);
    expect(await find()).toBe(broker);
  }
  expect(state.searches).toBe(2);
});

test('a client without transactions searches each time, as kafkajs does', async () => {
  const { state, find } = clusterOf();
  await find();
  await find();
  expect(state.searches).toBe(2);
});

test.each(['initProducerId', 'addPartitionsToTxn', 'addOffsetsToTxn', 'txnOffsetCommit', 'endTxn'] as const)(
  'after a failed %s both are searched for again, once',
  async (request) => {
    const { state, broker, find } = clusterOf();
    await find(TRANSACTION);
    await find();
    state.failing = { type: 'NOT_COORDINATOR_FOR_GROUP' };
    await expect(broker[request]({})).rejects.toThrow('refused');
    for (let i = 0; i < 2; i++) {
      await find(TRANSACTION);
      await find();
    }
    expect(state.searches).toBe(4);
  },
);

test('a transaction that is still completing says nothing against its coordinator', async () => {
  const { state, broker, find } = clusterOf();
  await find(TRANSACTION);
  state.failing = { type: 'CONCURRENT_TRANSACTIONS' };
  await expect(broker.addPartitionsToTxn({})).rejects.toThrow('refused');
  await find(TRANSACTION);
  expect(state.searches).toBe(1);
});

test('without a connection to it, it is searched for', async () => {
  const { state, find } = clusterOf();
  await find(TRANSACTION);
  state.connected = false;
  await find(TRANSACTION);
  expect(state.searches).toBe(2);
});
