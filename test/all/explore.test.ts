/** What test/unit/ledger/explore.test.ts explores, at the largest bounds that a core visits within minutes. */
import { type GroupBounds, groupModel, groups, SMALL as SMALL_GROUPS } from '../support/ledger/groups.ts';
import { type LaneBounds, laneModel, lanes, SMALL as SMALL_LANES } from '../support/ledger/lanes.ts';
import { expectOnce } from '../support/ledger/promise.ts';

/** In milliseconds; a machine that does much else at the same time takes many times longer. */
const PATIENCE = 1_800_000;

test.each<readonly [title: string, bounds: Partial<LaneBounds>]>([
  ['two batches and a failure', { batches: 2, failures: 1, releases: true, repeats: true }],
])(
  'ledger: dynamodb, every batch exactly once: %s',
  (_, bounds) => {
    expectOnce(laneModel(lanes, { ...SMALL_LANES, ...bounds }));
  },
  PATIENCE,
);

test.each<readonly [title: string, bounds: Partial<GroupBounds>]>([['two objects', { objects: 2, batches: 1 }]])(
  'ledger: kafka, every batch exactly once: %s',
  (_, bounds) => {
    expectOnce(groupModel(groups, { ...SMALL_GROUPS, ...bounds }));
  },
  PATIENCE,
);
