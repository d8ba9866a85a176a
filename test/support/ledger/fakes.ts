/** A broker and a table in memory, for runs of the real ledgers: what was committed is seen, what was not is gone. */
import { SluiceError } from '../../../lib/failure/index.ts';
import type { Provenance, RecordBatch } from '../../../lib/kafka/contract.ts';
import type { Checkpoint, GroupDirectory, LedgerObject, TransactionalChannel } from '../../../lib/ledger/contract.ts';
import type { ItemStore } from '../../../lib/ledger/dynamodb/store.ts';
import { apply, type Item, type Write } from '../../../lib/ledger/item.ts';
import { texts } from '../rows.ts';

type Call = 'connect' | 'readOffset' | 'begin' | 'send' | 'sendOffsets' | 'commit';

export class FakeBroker implements GroupDirectory {
  /** What a read_committed reader sees. */
  readonly records: string[] = [];
  readonly groups = new Map<string, Checkpoint>();
  readonly #epochs = new Map<string, number>();
  readonly #failures: { readonly call: Call; readonly error: Error; readonly carriedOut: boolean }[] = [];
  /** Every channel that was made and not yet dropped, by id. */
  readonly open: string[] = [];
  readonly calls: string[] = [];

  /** The next call of this kind fails; `carriedOut`: after it had its effect. */
  fail(call: Call, error: Error, carriedOut = false): void {
    this.#failures.push({ call, error, carriedOut });
  }

  /** Another producer of this id connects. */
  fence(id: string): number {
    const epoch = (this.#epochs.get(id) ?? 0) + 1;
    this.#epochs.set(id, epoch);
    return epoch;
  }

  channel = (id: string): TransactionalChannel => {
    this.open.push(id);
    let epoch = -1;
    let transaction: { records: string[]; checkpoint?: Checkpoint } | undefined;
    const call = async <T>(name: Call, effect: () => T): Promise<T> => {
      this.calls.push(name);
      const at = this.#failures.findIndex((failure) => failure.call === name);
      const [failure] = at < 0 ? [] : this.#failures.splice(at, 1);
      if (failure !== undefined && !failure.carriedOut) throw failure.error;
      if (name !== 'connect' && name !== 'readOffset' && this.#epochs.get(id) !== epoch) throw fenced();
      const result = effect();
      if (failure !== undefined) throw failure.error;
      return result;
    };
    const pending = () => {
      if (transaction === undefined) throw new TypeError('no transaction is open');
      return transaction;
    };
    const send = (values: readonly string[]) => call('send', () => pending().records.push(...values));
    return {
      connect: () =>
        call('connect', () => {
          epoch = this.fence(id);
        }),
      readOffset: () => call('readOffset', () => this.groups.get(id)),
      begin: () =>
        call('begin', () => {
          transaction = { records: [] };
        }),
      async send(batch: RecordBatch) {
        const values = texts(batch.values, batch.first ?? 0, batch.behind ?? batch.count);
        await send(values);
        return { records: values.length, bytes: 0 };
      },
      sendTo: async (_topic, messages) => {
        await send(messages.map(({ value }) => Buffer.from(value ?? []).toString()));
      },
      oversized: () => [],
      prepare: () => undefined,
      sendOffsets: (offset, metadata) =>
        call('sendOffsets', () => {
          pending().checkpoint = { offset, metadata };
        }),
      commit: () =>
        call('commit', () => {
          const { records, checkpoint } = pending();
          this.records.push(...records);
          if (checkpoint !== undefined) this.groups.set(id, checkpoint);
          transaction = undefined;
        }),
      drop: async () => {
        const at = this.open.indexOf(id);
        if (at >= 0) this.open.splice(at, 1);
      },
    };
  };

  async list(prefix: string): Promise<string[]> {
    return [...this.groups.keys()].filter((group) => group.startsWith(prefix));
  }

  async read(group: string): Promise<Checkpoint | undefined> {
    return this.groups.get(group);
  }

  async remove(groups: readonly string[]): Promise<void> {
    for (const group of groups) this.groups.delete(group);
  }
}

export class FakeTable implements ItemStore {
  readonly #items = new Map<string, Item & Provenance>();
  readonly writes: Write['kind'][] = [];
  readonly #failures: { readonly kind: Write['kind']; readonly error: Error; readonly carriedOut: boolean }[] = [];

  fail(kind: Write['kind'], error: Error, carriedOut = false): void {
    this.#failures.push({ kind, error, carriedOut });
  }

  of({ key, version }: Provenance): Item | undefined {
    return this.#items.get(`${key}@${version}`);
  }

  async read(object: Provenance) {
    return this.of(object);
  }

  async write(object: Provenance, write: Write) {
    this.writes.push(write.kind);
    const at = this.#failures.findIndex(({ kind }) => kind === write.kind);
    const [failure] = at < 0 ? [] : this.#failures.splice(at, 1);
    if (failure !== undefined && !failure.carriedOut) throw failure.error;
    const written = apply(this.of(object), write);
    if (written.ok) this.#items.set(`${object.key}@${object.version}`, { ...written.item, ...object });
    if (failure !== undefined) throw failure.error;
    return written;
  }

  async *stopped() {
    for (const { state, bucket, key, version, since = 0, reason, at, counts } of this.#items.values()) {
      if (state !== 'stopped' || reason === undefined) continue;
      yield { bucket, key, version, since, reason, position: { byte: at, counts } };
    }
  }
}

/** A clock that only pauses move, and random texts that are told apart. */
export function fakeTime(now = 1_000_000) {
  let made = 0;
  const time = {
    now,
    clock: () => time.now,
    pause: async (ms: number) => {
      time.now += ms;
    },
    random: () => `r${made++}`,
  };
  return time;
}

export const OBJECT: LedgerObject = { bucket: 'logs', key: 'a.csv', version: 'v1', lastModified: 999_000 };

export const fenced = () => new SluiceError('ProducerFenced', 'another producer has taken over', { stage: 'kafka' });
export const notReady = () => new SluiceError('BrokerNotReady', 'starting', { stage: 'kafka', retryable: true });
export const away = () =>
  new SluiceError('BrokerUnreachable', 'no broker answered', { stage: 'kafka', retryable: true });
