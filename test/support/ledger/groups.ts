/**
 * Runs of `ledger: kafka` over a model of Kafka: each object has its transactional id and group. A run is the project's own
 * course, and what a group holds is the project's own metadata.
 */
import type { Checkpoint, Position } from '../../../lib/ledger/contract.ts';
import type { Answer, Course, Request } from '../../../lib/ledger/kafka/course.ts';
import * as production from '../../../lib/ledger/kafka/course.ts';
import { checkpointOf } from '../../../lib/ledger/kafka/metadata.ts';
import { type Model, unordered } from './explore.ts';
import { background, emptyKafka, handle, type Kafka, type KafkaRequest, kafkaKey, timeOut, visible } from './kafka.ts';

/** The steps of a run. A test swaps one of them. */
export interface GroupProtocol {
  start(): Course;
  request(course: Course, now: number): Request | undefined;
  answered(course: Course, answer: Answer): Course;
  /** Closed, or with `aborts` a course that goes on under the same epoch. */
  failed(course: Course): Course;
  readonly aborts?: boolean;
}

export const groups: GroupProtocol = {
  start: production.start,
  request: production.request,
  answered: production.answered,
  failed: production.failed,
};

export interface GroupBounds {
  readonly objects: number;
  readonly batches: number;
  readonly workers: number;
  /** How many times a run is started on an object. */
  readonly events: number;
  readonly failures: number;
  readonly timeOuts: number;
  /** Whether a run may leave between two batches. */
  readonly releases: boolean;
  readonly verify: boolean;
}

export const SMALL: GroupBounds = {
  objects: 1,
  batches: 2,
  workers: 2,
  events: 3,
  failures: 1,
  timeOuts: 0,
  releases: false,
  verify: true,
};

interface Worker {
  readonly object: number;
  readonly epoch: number;
  readonly course: Course;
}

interface World {
  readonly workers: readonly (Worker | null)[];
  readonly kafka: Kafka<Checkpoint>;
  readonly late: readonly KafkaRequest<Checkpoint>[];
  readonly events: number;
  readonly failures: number;
  readonly timeOuts: number;
  /** Objects that a run took for finished. */
  readonly finished: readonly boolean[];
}

export function groupModel(protocol: GroupProtocol, bounds: GroupBounds): Model<World> {
  const initial: World = {
    workers: Array.from({ length: bounds.workers }, () => null),
    kafka: emptyKafka(bounds.objects),
    late: [],
    events: bounds.events,
    failures: bounds.failures,
    timeOuts: bounds.timeOuts,
    finished: Array.from({ length: bounds.objects }, () => false),
  };

  function* steps(world: World): Generator<readonly [string, World]> {
    for (const [index, worker] of world.workers.entries()) {
      if (worker !== null) {
        yield* work(world, index, worker);
        if (world.failures > 0) yield* failures(world, index, worker);
      } else if (world.events > 0 && world.workers.indexOf(null) === index) {
        for (let object = 0; object < bounds.objects; object++) {
          const begun: Worker = { object, epoch: -1, course: protocol.start() };
          yield [
            `run ${index} gets an event of object ${object}`,
            put(world, index, begun, { events: world.events - 1 }),
          ];
        }
      }
    }
    yield* around(world);
  }

  function* work(world: World, index: number, worker: Worker): Generator<readonly [string, World]> {
    const { object, course } = worker;
    const who = `run ${index} (object ${object}, epoch ${worker.epoch})`;
    const asked = protocol.request(course, 0);
    if (asked === undefined) {
      for (const [label, next] of choices(course)) yield [`${who} ${label}`, moved(world, index, worker, next)];
      return;
    }
    if (asked.kind === 'look') {
      const checkpoint = world.kafka.groups[object]!.committed ?? undefined;
      const next = protocol.answered(course, { kind: 'checkpoint', checkpoint, fresh: true });
      yield [`${who} reads its group: ${checkpoint?.offset}`, moved(world, index, worker, next)];
      return;
    }
    const answer = handle(world.kafka, kafkaRequest(worker, asked), bounds.verify);
    const label = `${who} ${asked.kind}`;
    if (answer.kind === 'wait') {
      if (answer.kafka !== world.kafka)
        yield [`${label}: an open transaction is aborted`, { ...world, kafka: answer.kafka }];
    } else if (answer.kind === 'fenced') yield [`${label}: fenced`, put(world, index, null)];
    else {
      const epoch = asked.kind === 'connect' ? answer.epoch : worker.epoch;
      const next = protocol.answered(course, { kind: 'good' });
      yield [label, moved({ ...world, kafka: answer.kafka }, index, { ...worker, epoch }, next)];
    }
  }

  function* choices(course: Course): Generator<readonly [string, Course]> {
    const { phase } = course;
    if (phase.at !== 'holding') throw new TypeError(`a run that is ${phase.at} has no choice`);
    const { position } = phase;
    const to: Position = { byte: position.byte + 1, counts: {} };
    yield [
      `has batch ${position.byte}`,
      production.commit(course, to, to.byte === bounds.batches ? { kind: 'done' } : undefined),
    ];
    if (bounds.releases) yield ['has no time left', production.leave(course)];
  }

  function* failures(world: World, index: number, worker: Worker): Generator<readonly [string, World]> {
    const asked = protocol.request(worker.course, 0);
    const { object, epoch } = worker;
    let { kafka } = world;
    let after: Worker | null = null;
    const course = protocol.failed(worker.course);
    if (protocol.aborts === true && course.phase.at !== 'closed') {
      const answer = handle(kafka, { kind: 'abort', id: object, epoch }, bounds.verify);
      if (answer.kind === 'good') {
        kafka = answer.kafka;
        after = { ...worker, course };
      }
    }
    const next = put({ ...world, kafka }, index, after, { failures: world.failures - 1 });
    const who = `run ${index} (object ${object}, epoch ${epoch}) fails at ${asked?.kind ?? 'no call'}`;
    yield [who, next];
    if (asked === undefined || asked.kind === 'look') return;
    yield [`${who}, its request still under way`, { ...next, late: [...world.late, kafkaRequest(worker, asked)] }];
  }

  function* around(world: World): Generator<readonly [string, World]> {
    for (const [label, kafka] of background(world.kafka)) yield [label, { ...world, kafka }];
    for (const [index, request] of world.late.entries()) {
      const answer = handle(world.kafka, request, bounds.verify);
      const late = world.late.toSpliced(index, 1);
      if (answer.kind !== 'fenced' && answer.kafka !== world.kafka) {
        yield [`a late ${request.kind} is handled`, { ...world, late, kafka: answer.kafka }];
      }
    }
    if (world.timeOuts === 0) return;
    for (const id of world.kafka.ids.keys()) {
      const kafka = timeOut(world.kafka, id);
      if (kafka !== undefined)
        yield [`the transaction of ${id} times out`, { ...world, kafka, timeOuts: world.timeOuts - 1 }];
    }
  }

  return {
    initial,
    steps,
    key: (world) => {
      const counters = [world.events, world.failures, world.timeOuts, ...world.finished].join();
      return `${counters}|${unordered(world.workers)}|${kafkaKey(world.kafka)}|${unordered(world.late)}`;
    },
    violation: (world) => violation(world, bounds),
    goal: ({ finished }) => finished.every((is) => is),
  };
}

function moved(world: World, index: number, worker: Worker, course: Course): World {
  const { phase } = course;
  if (phase.at !== 'closed') return put(world, index, { ...worker, course });
  const { kind } = phase.outcome;
  return put(world, index, null, kind === 'done' ? { finished: world.finished.with(worker.object, true) } : {});
}

function put(world: World, index: number, worker: Worker | null, change: Partial<World> = {}): World {
  return { ...world, ...change, workers: world.workers.with(index, worker) };
}

function kafkaRequest({ object: id, epoch, course }: Worker, asked: Request): KafkaRequest<Checkpoint> {
  switch (asked.kind) {
    case 'connect':
      return { kind: 'init', id };
    case 'begin':
    case 'commit':
      return { kind: asked.kind, id, epoch };
    case 'offsets':
      return { kind: 'offsets', id, epoch, value: checkpointOf(asked.mark) };
    case 'send':
      if (course.phase.at !== 'transacting') throw new TypeError('a batch outside a transaction');
      return { kind: 'produce', id, epoch, object: id, batch: course.phase.from.byte };
    case 'look':
      throw new TypeError('reading changes nothing');
  }
}

/** Each object's batches are seen once, in order; and an object that a run took for finished has them all. */
function violation({ kafka, finished }: World, { batches, objects }: GroupBounds): string | undefined {
  for (let object = 0; object < objects; object++) {
    const seen = visible(kafka, object);
    if (seen.some((batch, place) => batch !== place) || (finished[object] === true && seen.length !== batches)) {
      return `object ${object}: a read_committed reader gets the batches [${seen}]`;
    }
  }
  return undefined;
}
