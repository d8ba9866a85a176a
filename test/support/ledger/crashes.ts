/** Instances of an export that die at a step of their ledger: before it, with it on its way, or right after it. */
import type { ISocketFactory } from 'kafkajs';
import type { ChannelFactory, TransactionalChannel } from '../../../lib/ledger/contract.ts';
import type { ItemStore } from '../../../lib/ledger/dynamodb/store.ts';
import { cuttableNetwork } from '../kafka.ts';

export const MODES = ['before', 'during', 'after'] as const;
export type Mode = (typeof MODES)[number];

/** `connect` is of an instance's first channel, `fence` of its others; a write of the store goes by its own kind. */
export interface CrashPoint {
  readonly step: string;
  readonly mode: Mode;
  /** How often the step is passed before. */
  readonly skip: number;
}

export interface DoomedInstance {
  readonly channels: ChannelFactory;
  readonly store: (store: ItemStore) => ItemStore;
  /** Resolves when it is dead: nothing of it moves any more then, and nothing it awaits is answered. */
  readonly dead: Promise<'dead'>;
  end(): Promise<void>;
}

/** Kafka's number of the request by which a step takes effect. */
const REQUEST: Readonly<Record<string, number>> = {
  connect: 22,
  fence: 22,
  readOffset: 9,
  send: 0,
  sendOffsets: 28,
  commit: 26,
};

export function doomedInstance(
  point: CrashPoint | undefined,
  channelsOver: (socketFactory: ISocketFactory) => ChannelFactory,
): DoomedInstance {
  const network = cuttableNetwork();
  const makeChannel = channelsOver(network.socketFactory);
  const channels: TransactionalChannel[] = [];
  let isDead = false;
  let left = point?.skip ?? 0;
  let announce: (dead: 'dead') => void = () => undefined;
  const dead = new Promise<'dead'>((resolve) => {
    announce = resolve;
  });

  async function end(): Promise<void> {
    isDead = true;
    network.cut();
    await Promise.all(channels.map((channel) => channel.drop()));
  }

  async function die(): Promise<never> {
    await end();
    announce('dead');
    return new Promise<never>(() => undefined);
  }

  async function step<T>(name: string, work: () => Promise<T>): Promise<T> {
    if (isDead) return new Promise<never>(() => undefined);
    if (point === undefined || name !== point.step || left-- > 0) return work();
    if (point.mode === 'before') return die();
    const request = REQUEST[name];
    if (point.mode === 'during' && request === undefined) {
      work().catch(() => undefined);
      return die();
    }
    if (point.mode === 'during') {
      const sent = new Promise<void>((resolve) => {
        network.cutAfter((chunk) => {
          const isIt = chunk.length > 6 && chunk.readInt16BE(4) === request;
          if (isIt) resolve();
          return isIt;
        });
      });
      work().catch(() => undefined);
      await sent;
      return die();
    }
    await work();
    return die();
  }

  return {
    dead,
    end,
    channels: (id) => {
      const channel = makeChannel(id);
      const isOwn = channels.length === 0;
      channels.push(channel);
      return {
        connect: () => step(isOwn ? 'connect' : 'fence', () => channel.connect()),
        readOffset: () => step('readOffset', () => channel.readOffset()),
        begin: () => step('begin', () => channel.begin()),
        send: (batch, source) => step('send', () => channel.send(batch, source)),
        sendTo: (topic, messages) => step('sendTo', () => channel.sendTo(topic, messages)),
        oversized: (batch, source) => channel.oversized(batch, source),
        prepare: (batch, source) => channel.prepare(batch, source),
        sendOffsets: (offset, metadata) => step('sendOffsets', () => channel.sendOffsets(offset, metadata)),
        commit: () => step('commit', () => channel.commit()),
        drop: () => channel.drop(),
      };
    },
    store: (store) => ({
      read: (object) => step('read', () => store.read(object)),
      write: (object, write) => step(write.kind, () => store.write(object, write)),
      stopped: () => store.stopped(),
    }),
  };
}
