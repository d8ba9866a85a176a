/**
 * Both ledgers' own state machines, in every order that crashes, pauses, late and repeated requests, duplicates and
 * takeovers can bring about at small bounds; and each order of steps that looks the same, which has to be caught.
 * test/all/explore.test.ts takes larger bounds.
 */
import * as brokenGroups from '../../support/ledger/broken-groups.ts';
import * as brokenLanes from '../../support/ledger/broken-lanes.ts';
import { explore, type Model } from '../../support/ledger/explore.ts';
import {
  type GroupBounds,
  type GroupProtocol,
  groupModel,
  groups,
  SMALL as SMALL_GROUPS,
} from '../../support/ledger/groups.ts';
import { type LaneBounds, SMALL as SMALL_LANES } from '../../support/ledger/lane-world.ts';
import { type LaneProtocol, laneModel, lanes } from '../../support/ledger/lanes.ts';
import { expectOnce } from '../../support/ledger/promise.ts';

type Case<B> = readonly [title: string, bounds: Partial<B>];
type Broken<P, B> = readonly [title: string, protocol: P, harm: 'doubled' | 'lost', bounds: Partial<B>];

/** In milliseconds; a machine that does much else at the same time takes many times longer. */
const PATIENCE = 60_000;

describe('ledger: dynamodb', () => {
  const CASES: readonly Case<LaneBounds>[] = [
    ['takeovers, and writes that are sent again', { repeats: true, releases: true }],
    ['a failure at every step, its request handled late', { failures: 1 }],
    ['several batches', { batches: 2, releases: true }],
    ['two objects that share lanes', { objects: 2, lanes: 2 }],
    ['transactions that time out', { timeOuts: 1 }],
    ['partitions that do not ask the coordinator', { verify: false, timeOuts: 1 }],
    ['a stop and a resume', { stops: 1, intervention: 'resume', interventions: 1 }],
    ['done, and again', { intervention: 'again', interventions: 1 }],
    ['done, and forgotten', { intervention: 'forget', interventions: 1 }],
    ['a lane whose offset expired', { intervention: 'expire-offset', interventions: 1 }],
  ];

  test.each(CASES)(
    'every batch exactly once: %s',
    (_title, bounds) => {
      expectOnce(laneModel(lanes, { ...SMALL_LANES, ...bounds }));
    },
    PATIENCE,
  );

  test.each<Broken<LaneProtocol, LaneBounds>>([
    ['the item read before the take decides', brokenLanes.itemReadBeforeTheTake, 'doubled', {}],
    ["the owner's lane is fenced, not the intent's", brokenLanes.fencesTheOwnersLane, 'doubled', {}],
    ['a lane connects after its first intent', brokenLanes.connectsAfterItsFirstIntent, 'doubled', {}],
    [
      'a lane is kept after a write that failed',
      brokenLanes.keepsItsLaneAfterAFailedWrite,
      'lost',
      { objects: 2, lanes: 2, failures: 1 },
    ],
    [
      'a lane is kept after an intent that was refused',
      brokenLanes.keepsItsLaneAfterARefusedIntent,
      'lost',
      { objects: 2, lanes: 2, repeats: true },
    ],
    [
      'a lane is connected again by its maker',
      brokenLanes.reconnectsItsOwnLane,
      'lost',
      { objects: 2, lanes: 2, repeats: true },
    ],
    ['an intent is written without its condition', brokenLanes.writesIntentsUnasked, 'doubled', {}],
    [
      'an offset that expired counts as none',
      brokenLanes.takesALostOffsetForNone,
      'doubled',
      { intervention: 'expire-offset', interventions: 1 },
    ],
    ['running items have a time to live', lanes, 'doubled', { intervention: 'expire-running', interventions: 1 }],
  ])(
    'is caught: %s',
    (_title, protocol, harm, bounds) => {
      expectHarm(harm, laneModel(protocol, { ...SMALL_LANES, ...bounds }));
    },
    PATIENCE,
  );
});

describe('ledger: kafka', () => {
  const CASES: readonly Case<GroupBounds>[] = [
    ['a failure at every step, its request handled late', { releases: true }],
    ['transactions that time out', { batches: 1, timeOuts: 1 }],
    ['partitions that do not ask the coordinator', { batches: 1, timeOuts: 1, verify: false }],
    ['three copies of one event', { workers: 3, batches: 1 }],
  ];

  test.each(CASES)(
    'every batch exactly once: %s',
    (_title, bounds) => {
      expectOnce(groupModel(groups, { ...SMALL_GROUPS, ...bounds }));
    },
    PATIENCE,
  );

  test.each<Broken<GroupProtocol, GroupBounds>>([
    ['the checkpoint is read before connecting', brokenGroups.readsBeforeItConnects, 'doubled', {}],
    ['abort, and on under the same epoch', brokenGroups.abortsAndGoesOn, 'doubled', {}],
  ])(
    'is caught: %s',
    (_title, protocol, harm, bounds) => {
      expectHarm(harm, groupModel(protocol, { ...SMALL_GROUPS, ...bounds }));
    },
    PATIENCE,
  );
});

/** Something that was taken for done and is not there was lost; what is there twice was doubled. */
function expectHarm<S>(harm: 'doubled' | 'lost', model: Model<S>): void {
  const { violation } = explore(model);
  expect(violation?.what).toMatch(harm === 'doubled' ? /\[0,0\]$/ : /\[\]$/);
}
