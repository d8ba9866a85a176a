/** Orders that look the same as the ledgers' own, and lose or double a batch: the harness has to see it. */
import type { ChannelFactory, Checkpoint, TransactionalChannel } from '../../lib/ledger/contract.ts';
import type { ItemStore } from '../../lib/ledger/dynamodb/store.ts';

export interface Broken {
  readonly channels: ChannelFactory;
  readonly store: ItemStore;
  /** Whether an id is one that this process connects for itself. */
  readonly isOwn: (id: string) => boolean;
}

const ORDERS = {
  /** `ledger: kafka` */
  'reads before it connects': (parts) => ({ ...parts, channels: (id) => readingFirst(parts.channels(id)) }),
  /** `ledger: dynamodb`: an intent is written whoever has the object. */
  'intent without its condition': (parts) => ({
    ...parts,
    store: {
      ...parts.store,
      async write(object, write) {
        if (write.kind !== 'intent') return parts.store.write(object, write);
        const item = await parts.store.read(object);
        return parts.store.write(object, item === undefined ? write : { ...write, claim: item.claim });
      },
    },
  }),
  /** `ledger: dynamodb`: the lane of an intent is read as it is. */
  'reads without fencing': (parts) => ({
    ...parts,
    channels(id) {
      const channel = parts.channels(id);
      return parts.isOwn(id) ? channel : { ...channel, connect: async () => undefined };
    },
  }),
  /** `ledger: dynamodb`: an intent counts as a batch that is in Kafka. */
  'takes an intent for its batch': (parts) => ({
    ...parts,
    channels(id) {
      const channel = parts.channels(id);
      const sure: Checkpoint = { offset: Number.MAX_SAFE_INTEGER, metadata: '' };
      return parts.isOwn(id) ? channel : { ...channel, readOffset: async () => sure };
    },
  }),
} as const satisfies Readonly<Record<string, (parts: Broken) => Broken>>;

export type BrokenOrder = keyof typeof ORDERS;

export function broken(order: BrokenOrder | undefined, parts: Broken): Broken {
  return order === undefined ? parts : ORDERS[order](parts);
}

function readingFirst(channel: TransactionalChannel): TransactionalChannel {
  let found: Checkpoint | undefined;
  return {
    ...channel,
    async connect() {
      found = await channel.readOffset();
      await channel.connect();
    },
    readOffset: async () => found,
  };
}
