/**
 * Who coordinates a transactional id and its group. kafkajs asks for it before each request of a transaction, four times
 * in all, of which each waits for the one before. As Kafka's own client does, it is asked once, and again when a request
 * to it failed or its connection is gone. Only for producers with transactions: consumers ask seldom.
 */
import Broker from 'kafkajs/src/broker/index.js';
import Cluster from 'kafkajs/src/cluster/index.js';
import { INSIDES_KNOWN } from './hook.ts';

interface Found {
  readonly broker: Broker;
  /** Of the broker's requests, when it was found. */
  readonly failures: number;
}

const OF_A_GROUP = 0;

const found = new WeakMap<Cluster, Map<string, Found>>();
const failures = new WeakMap<Broker, number>();

const failuresOf = (broker: Broker): number => failures.get(broker) ?? 0;

function remembering({ findGroupCoordinator: find }: Pick<Cluster, 'findGroupCoordinator'>): typeof find {
  return async function (this: Cluster, asked) {
    const { groupId, coordinatorType = OF_A_GROUP } = asked;
    const known = found.get(this);
    if (known === undefined && coordinatorType === OF_A_GROUP) return find.call(this, asked);
    const name = `${coordinatorType} ${groupId}`;
    const before = known?.get(name);
    const holds = before?.broker.isConnected() === true && before.failures === failuresOf(before.broker);
    if (holds) return before.broker;
    const broker = await find.call(this, asked);
    const entry = { broker, failures: failuresOf(broker) };
    const all = found.get(this) ?? new Map<string, Found>();
    found.set(this, all.set(name, entry));
    return broker;
  };
}

/** That the last transaction is not complete yet is said by the right coordinator. */
const isOfTheCoordinator = (error: unknown): boolean =>
  (error as { readonly type?: unknown } | null)?.type === 'CONCURRENT_TRANSACTIONS';

if (INSIDES_KNOWN) {
  Cluster.prototype.findGroupCoordinator = remembering(Cluster.prototype);
  for (const name of [
    'initProducerId',
    'addPartitionsToTxn',
    'addOffsetsToTxn',
    'txnOffsetCommit',
    'endTxn',
  ] as const) {
    const ask = Broker.prototype[name];
    Broker.prototype[name] = async function (this: Broker, request) {
      try {
        return await ask.call(this, request);
      } catch (error) {
        if (!isOfTheCoordinator(error)) failures.set(this, failuresOf(this) + 1);
        throw error;
      }
    };
  }
}
