/** What test/unit/ledger/explore.test.ts explores, at the largest bounds that a core visits within minutes. */
import { type GroupBounds, groupModel, groups, SMALL as SMALL_GROUPS } from '../support/ledger/groups.ts';
import { type LaneBounds, SMALL as SMALL_LANES } from '../support/ledger/lane-world.ts';
import { laneModel, lanes } from '../support/ledger/lanes.ts';
import { expectOnce } from '../support/ledger/promise.ts';

/** In milliseconds; a machine that does much else at the same time takes many times longer. */
const PATIENCE = 1_800_000;

test.each<readonly [title: string, bounds: Partial<LaneBounds>]>([
  ['two batches and a failure', { batches: 2, failures: 1, releases: true, repeats: true }],
  ['two failures', { failures: 2, lanes: 4, events: 4 }],
  ['three runs', { workers: 3, failures: 1 }],
  ['two objects and a failure', { objects: 2, lanes: 3, failures: 1 }],
  ['time-outs without verification', { timeOuts: 1, failures: 1, verify: false }],
  ['stops', { failures: 1, stops: 1, intervention: 'resume', interventions: 1 }],
  ['again', { failures: 1, intervention: 'again', interventions: 1, repeats: true }],
  ['expired offsets', { failures: 1, intervention: 'expire-offset', interventions: 1 }],
])(
  'ledger: dynamodb, every batch exactly once: %s',
  (_, bounds) => {
    expectOnce(laneModel(lanes, { ...SMALL_LANES, ...bounds }));
  },
  PATIENCE,
);

test.each<readonly [title: string, bounds: Partial<GroupBounds>]>([
  ['two objects', { objects: 2, batches: 1, events: 5 }],
])(
  'ledger: kafka, every batch exactly once: %s',
  (_, bounds) => {
    expectOnce(groupModel(groups, { ...SMALL_GROUPS, ...bounds }));
  },
  PATIENCE,
);
