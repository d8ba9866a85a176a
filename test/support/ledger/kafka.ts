/**
 * Kafka's transactions, as far as they can double or lose something. A transactional id has an epoch and a state at its
 * coordinator; its data partition and its group's partition each know the epoch that they last saw. A commit is answered
 * once it is decided; its markers reach the two partitions later, in any order. One number stands for an id and its group.
 */
import { nameOf } from './explore.ts';

interface Coordinator {
  /** -1: InitProducerId was never answered. */
  readonly epoch: number;
  readonly state: 'empty' | 'open' | 'committing' | 'aborting';
  /** Markers that are still to be written. */
  readonly dataMarker: boolean;
  readonly groupMarker: boolean;
  /** The epoch that the data partition knows. */
  readonly known: number;
}

interface Group<V> {
  readonly committed: V | null;
  readonly pending: V | null;
  readonly open: boolean;
  readonly known: number;
}

/** A batch on the data partition. Aborted ones are taken away: a read_committed reader never sees them. */
interface Entry {
  readonly id: number;
  readonly object: number;
  readonly batch: number;
  readonly committed: boolean;
}

export interface Kafka<V> {
  readonly ids: readonly Coordinator[];
  readonly groups: readonly Group<V>[];
  readonly log: readonly Entry[];
}

export type KafkaRequest<V> =
  | { readonly kind: 'init'; readonly id: number }
  | { readonly kind: 'begin' | 'abort' | 'commit'; readonly id: number; readonly epoch: number }
  | {
      readonly kind: 'produce';
      readonly id: number;
      readonly epoch: number;
      readonly object: number;
      readonly batch: number;
    }
  | { readonly kind: 'offsets'; readonly id: number; readonly epoch: number; readonly value: V };

export type KafkaAnswer<V> =
  | { readonly kind: 'good'; readonly kafka: Kafka<V>; readonly epoch: number }
  /** CONCURRENT_TRANSACTIONS; `kafka` differs where asking had an effect. */
  | { readonly kind: 'wait'; readonly kafka: Kafka<V> }
  | { readonly kind: 'fenced' };

export function emptyKafka<V>(ids: number): Kafka<V> {
  const id: Coordinator = { epoch: -1, state: 'empty', dataMarker: false, groupMarker: false, known: -1 };
  const group: Group<V> = { committed: null, pending: null, open: false, known: -1 };
  return { ids: Array.from({ length: ids }, () => id), groups: Array.from({ length: ids }, () => group), log: [] };
}

/** @param verify whether partitions ask the coordinator before they take a transaction's first batch (brokers from 3.6 on) */
export function handle<V>(kafka: Kafka<V>, request: KafkaRequest<V>, verify: boolean): KafkaAnswer<V> {
  const { id } = request;
  const coordinator = kafka.ids[id]!;
  if (request.kind === 'init') return init(kafka, id, coordinator);
  const { epoch } = request;
  const current = epoch === coordinator.epoch;
  switch (request.kind) {
    case 'begin':
      if (!current) return { kind: 'fenced' };
      if (settling(coordinator)) return { kind: 'wait', kafka };
      return good(withId(kafka, id, { state: 'open' }), epoch);
    case 'commit':
    case 'abort': {
      // Outside a transaction the answer is INVALID_TXN_STATE, which is as bad for who asked.
      if (!current || coordinator.state !== 'open') return { kind: 'fenced' };
      return good(withId(kafka, id, decided(request.kind === 'commit' ? 'committing' : 'aborting')), epoch);
    }
    case 'produce': {
      const open = kafka.log.some((entry) => entry.id === id && !entry.committed);
      if (!admits(coordinator, epoch, coordinator.known, open, verify)) return { kind: 'fenced' };
      const { object, batch } = request;
      const log = [...kafka.log, { id, object, batch, committed: false }];
      return good({ ...withId(kafka, id, { known: epoch }), log }, epoch);
    }
    case 'offsets': {
      const { open, known } = kafka.groups[id]!;
      if (!admits(coordinator, epoch, known, open, verify)) return { kind: 'fenced' };
      return good(withGroup(kafka, id, { pending: request.value, open: true, known: epoch }), epoch);
    }
  }
}

/** A transaction that lasts too long is aborted by the coordinator, under a new epoch. */
export function timeOut<V>(kafka: Kafka<V>, id: number): Kafka<V> | undefined {
  const coordinator = kafka.ids[id]!;
  if (coordinator.state !== 'open') return undefined;
  return withId(kafka, id, { ...decided('aborting'), epoch: coordinator.epoch + 1 });
}

/** Markers on their way, one by one. */
export function* background<V>(kafka: Kafka<V>): Generator<readonly [string, Kafka<V>]> {
  for (const [id, coordinator] of kafka.ids.entries()) {
    const { state, epoch, dataMarker, groupMarker, known } = coordinator;
    if (!settling(coordinator)) continue;
    if (dataMarker) {
      const log =
        state === 'committing'
          ? kafka.log.map((entry) => (entry.id === id ? { ...entry, committed: true } : entry))
          : kafka.log.filter((entry) => entry.id !== id || entry.committed);
      const left = groupMarker ? {} : ({ state: 'empty' } as const);
      const next = withId(kafka, id, { ...left, dataMarker: false, known: Math.max(known, epoch) });
      yield [`the ${state} marker of ${id} reaches the data partition`, { ...next, log }];
    }
    if (groupMarker) {
      const group = kafka.groups[id]!;
      const committed = state === 'committing' && group.pending !== null ? group.pending : group.committed;
      const left = dataMarker ? {} : ({ state: 'empty' } as const);
      const next = withGroup(kafka, id, { committed, pending: null, open: false, known: Math.max(group.known, epoch) });
      yield [`the ${state} marker of ${id} reaches the group`, withId(next, id, { ...left, groupMarker: false })];
    }
  }
}

export function kafkaKey<V>({ ids, groups, log }: Kafka<V>): string {
  return `${ids.map(nameOf).join()}|${groups.map(nameOf).join()}|${nameOf(log)}`;
}

/** The batches of an object that a read_committed reader sees, or is bound to see, in order. */
export function visible<V>({ ids, log }: Kafka<V>, object: number): number[] {
  return log
    .filter((entry) => entry.object === object && (entry.committed || bound(ids[entry.id]!)))
    .map((entry) => entry.batch);
}

export function withGroup<V>(kafka: Kafka<V>, id: number, change: Partial<Group<V>>): Kafka<V> {
  return { ...kafka, groups: kafka.groups.with(id, { ...kafka.groups[id]!, ...change }) };
}

function withId<V>(kafka: Kafka<V>, id: number, change: Partial<Coordinator>): Kafka<V> {
  return { ...kafka, ids: kafka.ids.with(id, { ...kafka.ids[id]!, ...change }) };
}

function init<V>(kafka: Kafka<V>, id: number, coordinator: Coordinator): KafkaAnswer<V> {
  const epoch = coordinator.epoch + 1;
  // An open transaction is aborted first, under an epoch that fences its producer.
  if (coordinator.state === 'open')
    return { kind: 'wait', kafka: withId(kafka, id, { ...decided('aborting'), epoch }) };
  if (settling(coordinator)) return { kind: 'wait', kafka };
  return good(withId(kafka, id, { epoch }), epoch);
}

function good<V>(kafka: Kafka<V>, epoch: number): KafkaAnswer<V> {
  return { kind: 'good', kafka, epoch };
}

function decided(state: 'committing' | 'aborting'): Partial<Coordinator> {
  return { state, dataMarker: true, groupMarker: true };
}

function settling({ state }: Coordinator): boolean {
  return state === 'committing' || state === 'aborting';
}

function bound({ state, dataMarker }: Coordinator): boolean {
  return state === 'committing' && dataMarker;
}

function admits(
  { state, epoch: newest }: Coordinator,
  epoch: number,
  known: number,
  open: boolean,
  verify: boolean,
): boolean {
  if (epoch < known) return false;
  return open || !verify || (state === 'open' && epoch === newest);
}
