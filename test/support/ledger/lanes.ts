/**
 * Runs of `ledger: dynamodb` over a model of Kafka and of the table. A run is the project's own course and lane; the table
 * carries out the project's own writes. Around them: crashes at every step, requests that are handled after their sender
 * died or that are sent twice, runs that pause for ever, leases that anybody may take for run out at any moment.
 */
import type { Position } from '../../../lib/ledger/contract.ts';
import type { Answer, Course, Request, Times } from '../../../lib/ledger/dynamodb/course.ts';
import * as production from '../../../lib/ledger/dynamodb/course.ts';
import { apply, type Item, type Write, type Written } from '../../../lib/ledger/item.ts';
import { type Lane, newLane } from '../../../lib/ledger/lane.ts';
import type { Model } from './explore.ts';
import { background, handle, type KafkaRequest, timeOut, withGroup } from './kafka.ts';
import {
  initialWorld,
  type LaneBounds,
  type Late,
  moved,
  put,
  violation,
  type Worker,
  type World,
  worldKey,
} from './lane-world.ts';

/** The steps of a run. A test swaps one of them. */
export interface LaneProtocol {
  start(lane: Lane, claim: string): Course;
  request(course: Course, times: Times): Request | undefined;
  answered(course: Course, answer: Answer): Course;
  failed(course: Course): Course;
  apply(item: Item | undefined, write: Write): Written;
}

export const lanes: LaneProtocol = {
  start: production.start,
  request: production.request,
  answered: production.answered,
  failed: production.failed,
  apply,
};

const TIMES: Times = { now: 0, lease: 0, expires: 0 };
const REASON = { code: 'BadRecord', reason: 'bad' };

export function laneModel(protocol: LaneProtocol, bounds: LaneBounds): Model<World> {
  function* steps(world: World): Generator<readonly [string, World]> {
    for (const [index, worker] of world.workers.entries()) {
      // Runs are all alike: a free place is as good as any other.
      if (worker === null && world.workers.indexOf(null) !== index) continue;
      if (worker?.course === undefined) yield* events(world, index, worker);
      else {
        yield* work(world, index, worker, worker.course);
        if (world.failures > 0) yield* failures(world, index, worker, worker.course);
      }
    }
    yield* around(world);
  }

  function* events(world: World, index: number, worker: Worker | null): Generator<readonly [string, World]> {
    if (world.events === 0 || (worker === null && world.lanes === bounds.lanes)) return;
    const lane = worker?.lane ?? newLane(String(world.lanes));
    for (let object = 0; object < bounds.objects; object++) {
      const course = protocol.start(lane, String(world.claims));
      const next = put(world, index, { lane, epoch: worker?.epoch ?? -1, object, course });
      const made = worker === null ? 1 : 0;
      yield [
        `run ${index} (lane ${lane.id}) gets an event of object ${object}`,
        { ...next, events: world.events - 1, lanes: world.lanes + made, claims: world.claims + 1 },
      ];
    }
  }

  function* work(world: World, index: number, worker: Worker, course: Course): Generator<readonly [string, World]> {
    const asked = protocol.request(course, TIMES);
    const who = `run ${index} (lane ${worker.lane.id}, object ${worker.object})`;
    const go = (next: Course, change: Partial<World> = {}, epoch = worker.epoch): World =>
      put({ ...world, ...change }, index, moved(worker, next, epoch));
    if (asked === undefined) {
      for (const [label, next, change] of choices(world, course)) yield [`${who} ${label}`, go(next, change)];
      return;
    }
    const { object } = worker;
    switch (asked.kind) {
      case 'read': {
        const item = world.items[object] ?? undefined;
        yield [
          `${who} reads ${item?.state ?? 'nothing'}`,
          go(protocol.answered(course, { kind: 'item', item, now: 0 })),
        ];
        return;
      }
      case 'write': {
        const { write } = asked;
        const written = protocol.apply(world.items[object] ?? undefined, write);
        const items = written.ok ? world.items.with(object, written.item) : world.items;
        const next = protocol.answered(course, { kind: 'written', write, written, now: 0 });
        yield [`${who} writes ${write.kind}: ${written.ok ? 'done' : 'refused'}`, go(next, { items })];
        const changes = written.ok && JSON.stringify(written.item) !== JSON.stringify(world.items[object]);
        if (bounds.repeats && changes) {
          yield [`${who} writes ${write.kind}, hears nothing, and will send it again`, { ...world, items }];
        }
        return;
      }
      case 'greet': {
        const kafka = withGroup(world.kafka, Number(course.lane.id), { committed: asked.n });
        yield [`${who} greets`, go(protocol.answered(course, { kind: 'good' }), { kafka })];
        return;
      }
      case 'look': {
        const offset = world.kafka.groups[Number(asked.lane)]!.committed ?? undefined;
        yield [`${who} reads lane ${asked.lane}: ${offset}`, go(protocol.answered(course, { kind: 'offset', offset }))];
        return;
      }
    }
    const sent = kafkaRequest(worker, course, asked);
    const answer = handle(world.kafka, sent, bounds.verify);
    const label = `${who} ${asked.kind} ${sent.kind === 'produce' ? `batch ${sent.batch}` : sent.id}`;
    if (answer.kind === 'wait') {
      if (answer.kafka !== world.kafka)
        yield [`${label}: an open transaction is aborted`, { ...world, kafka: answer.kafka }];
    } else if (answer.kind === 'fenced') yield [`${label}: fenced`, go(protocol.failed(course))];
    else {
      const epoch = asked.kind === 'connect' ? answer.epoch : worker.epoch;
      yield [label, go(protocol.answered(course, { kind: 'good' }), { kafka: answer.kafka }, epoch)];
    }
  }

  function* choices(world: World, course: Course): Generator<readonly [string, Course, Partial<World>]> {
    const { phase } = course;
    if (phase.at !== 'holding') throw new TypeError(`a run that is ${phase.at} has no choice`);
    const { position } = phase;
    if (position.byte === bounds.batches) {
      yield ['has it all', production.end(course, position, { kind: 'done' }), {}];
      return;
    }
    const to: Position = { byte: position.byte + 1, counts: {} };
    yield [`has batch ${position.byte}`, production.commit(course, to), {}];
    if (bounds.releases) yield ['has no time left', production.end(course, position, { kind: 'released' }), {}];
    if (world.stops > 0) {
      const stopped = production.end(course, position, { kind: 'stopped', reason: REASON });
      yield ['meets a bad record', stopped, { stops: world.stops - 1 }];
    }
  }

  function* failures(world: World, index: number, worker: Worker, course: Course): Generator<readonly [string, World]> {
    const { phase } = course;
    const asked = protocol.request(course, TIMES);
    const after = protocol.failed(course);
    const next = put({ ...world, failures: world.failures - 1 }, index, moved(worker, after, worker.epoch));
    const who = `run ${index} (lane ${worker.lane.id}) fails at ${phase.at}${phase.at === 'transacting' ? ` ${phase.step}` : ''}`;
    yield [who, next];
    if (asked === undefined || asked.kind === 'read' || asked.kind === 'look' || asked.kind === 'greet') return;
    const late: Late =
      asked.kind === 'write'
        ? { kind: 'write', object: worker.object, write: asked.write }
        : kafkaRequest(worker, course, asked);
    yield [`${who}, its request still under way`, { ...next, late: [...world.late, late] }];
  }

  function* around(world: World): Generator<readonly [string, World]> {
    for (const [label, kafka] of background(world.kafka)) yield [label, { ...world, kafka }];
    for (const [index, request] of world.late.entries()) {
      const late = world.late.toSpliced(index, 1);
      const label = `a late ${request.kind === 'write' ? request.write.kind : request.kind} is handled`;
      if (request.kind === 'write') {
        const written = protocol.apply(world.items[request.object] ?? undefined, request.write);
        if (written.ok) yield [label, { ...world, late, items: world.items.with(request.object, written.item) }];
      } else {
        const answer = handle(world.kafka, request, bounds.verify);
        if (answer.kind === 'good') yield [label, { ...world, late, kafka: answer.kafka }];
        else if (answer.kind === 'wait' && answer.kafka !== world.kafka)
          yield [label, { ...world, late, kafka: answer.kafka }];
      }
    }
    if (world.timeOuts > 0) {
      for (const id of world.kafka.ids.keys()) {
        const kafka = timeOut(world.kafka, id);
        if (kafka !== undefined)
          yield [`the transaction of ${id} times out`, { ...world, kafka, timeOuts: world.timeOuts - 1 }];
      }
    }
    if (world.interventions > 0) {
      for (const [label, next] of interventions(world)) {
        yield [label, { ...next, interventions: world.interventions - 1 }];
      }
    }
  }

  function* interventions(world: World): Generator<readonly [string, World]> {
    if (bounds.intervention === 'expire-offset') {
      for (const [id, group] of world.kafka.groups.entries()) {
        if (group.committed !== null && group.pending === null) {
          yield [
            `the broker forgets the offset of ${id}`,
            { ...world, kafka: withGroup(world.kafka, id, { committed: null }) },
          ];
        }
      }
      return;
    }
    for (const [object, item] of world.items.entries()) {
      if (item === null) continue;
      if (bounds.intervention === 'resume' || bounds.intervention === 'again') {
        const write: Write = { kind: bounds.intervention, seen: item, claim: `by hand ${world.interventions}` };
        const written = protocol.apply(item, write);
        if (!written.ok) continue;
        const exports = world.exports + (bounds.intervention === 'again' ? 1 : 0);
        yield [`object ${object}: ${write.kind}`, { ...world, items: world.items.with(object, written.item), exports }];
      }
      const gone = { ...world, items: world.items.with(object, null) };
      if (bounds.intervention === 'forget' && item.state === 'done') {
        yield [`the item of ${object} expires`, { ...gone, exports: world.exports + 1 }];
      }
      if (bounds.intervention === 'expire-running' && item.state === 'running') {
        yield [`the running item of ${object} expires`, gone];
      }
    }
  }

  return {
    initial: initialWorld(bounds),
    steps,
    key: worldKey,
    violation: (world) => violation(world, bounds),
    goal: ({ items }) => items.every((item) => item?.state === 'done'),
  };
}

function kafkaRequest(worker: Worker, course: Course, asked: Request): KafkaRequest<number> {
  const { epoch, object } = worker;
  const id = Number(course.lane.id);
  switch (asked.kind) {
    case 'connect':
    case 'fence':
      return { kind: 'init', id: Number(asked.lane) };
    case 'begin':
    case 'commit':
      return { kind: asked.kind, id, epoch };
    case 'offsets':
      return { kind: 'offsets', id, epoch, value: asked.offset };
    case 'send':
      if (course.phase.at !== 'transacting') throw new TypeError('a batch outside a transaction');
      return { kind: 'produce', id, epoch, object, batch: course.phase.from.byte };
    default:
      throw new TypeError(`not for Kafka: ${asked.kind}`);
  }
}
