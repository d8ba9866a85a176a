/** What there is while runs of `ledger: dynamodb` are explored: within which bounds, how it is named, and how it is judged. */
import type { Course } from '../../../lib/ledger/dynamodb/course.ts';
import type { Item, Write } from '../../../lib/ledger/item.ts';
import type { Lane } from '../../../lib/ledger/lane.ts';
import { nameOf, unordered } from './explore.ts';
import { emptyKafka, type Kafka, type KafkaRequest, kafkaKey, visible } from './kafka.ts';

/** What may be done to the table or to a group from outside: each is given a number of times. */
type Intervention =
  | 'resume' // a stopped object, by somebody
  | 'again' // a finished one
  | 'forget' // time to live takes a finished item
  | 'expire-running' // time to live on a running one, which the design forbids
  | 'expire-offset'; // the broker forgets what a group committed

export interface LaneBounds {
  readonly objects: number;
  readonly batches: number;
  readonly workers: number;
  readonly lanes: number;
  /** How many times a run is started on an object. */
  readonly events: number;
  /** How many runs die or fail in the middle. */
  readonly failures: number;
  readonly timeOuts: number;
  readonly releases: boolean;
  readonly stops: number;
  /** Writes whose answer is lost, so that they are sent again. */
  readonly repeats: boolean;
  readonly verify: boolean;
  readonly intervention?: Intervention;
  readonly interventions: number;
}

export const SMALL: LaneBounds = {
  objects: 1,
  batches: 1,
  workers: 2,
  lanes: 3,
  events: 3,
  failures: 0,
  timeOuts: 0,
  releases: false,
  stops: 0,
  repeats: false,
  verify: true,
  interventions: 0,
};

export interface Worker {
  readonly lane: Lane;
  readonly epoch: number;
  readonly object: number;
  /** Undefined while it waits for an event. */
  readonly course?: Course;
}

export type Late = { readonly kind: 'write'; readonly object: number; readonly write: Write } | KafkaRequest<number>;

export interface World {
  readonly workers: readonly (Worker | null)[];
  readonly items: readonly (Item | null)[];
  readonly kafka: Kafka<number>;
  readonly late: readonly Late[];
  readonly lanes: number;
  readonly events: number;
  readonly failures: number;
  readonly timeOuts: number;
  readonly stops: number;
  readonly interventions: number;
  readonly claims: number;
  /** How many times each object is to be found in Kafka. */
  readonly exports: number;
}

export function initialWorld(bounds: LaneBounds): World {
  return {
    workers: Array.from({ length: bounds.workers }, () => null),
    items: Array.from({ length: bounds.objects }, () => null),
    kafka: emptyKafka(bounds.lanes),
    late: [],
    lanes: 0,
    events: bounds.events,
    failures: bounds.failures,
    timeOuts: bounds.timeOuts,
    stops: bounds.stops,
    interventions: bounds.interventions,
    claims: 0,
    exports: 1,
  };
}

/** A run whose course is over waits for the next event if its lane may go on; else it leaves, and its lane with it. */
export function moved(worker: Worker, course: Course, epoch: number): Worker | null {
  const { lane, phase } = course;
  if (phase.at !== 'closed') return { ...worker, lane, epoch, course };
  return lane.life === 'dropped' ? null : { lane, epoch, object: -1 };
}

export function put(world: World, index: number, worker: Worker | null): World {
  return { ...world, workers: world.workers.with(index, worker) };
}

/** Two worlds with one name go on alike: runs and late requests have no order. */
export function worldKey(world: World): string {
  const { events, failures, timeOuts, stops, interventions, claims, exports } = world;
  const counters = [world.lanes, events, failures, timeOuts, stops, interventions, claims, exports].join();
  const parts = [
    unordered(world.workers),
    world.items.map(nameOf).join(),
    kafkaKey(world.kafka),
    unordered(world.late),
  ];
  return `${counters}|${parts.join('|')}`;
}

/** Each object's batches are seen once for each time it was asked for, in order; and a done item has them all. */
export function violation({ kafka, items, exports }: World, { batches, objects }: LaneBounds): string | undefined {
  for (let object = 0; object < objects; object++) {
    const seen = visible(kafka, object);
    const item = items[object];
    const missing = item?.state === 'done' && seen.length !== batches * exports;
    if (missing || seen.some((batch, place) => batch !== place % batches) || seen.length > batches * exports) {
      return `object ${object} (${item?.state ?? 'no item'}): a read_committed reader gets the batches [${seen}]`;
    }
  }
  return undefined;
}
