import { apply, type Item, settled, type Write } from '../../../lib/ledger/item.ts';

const AT = { byte: 30, counts: { sent: 3 } };
const INTENT = { lane: 'l1', n: 4, from: 30, to: 40, counts: { sent: 4 } };
const RUNNING: Item = {
  state: 'running',
  owner: 'l1',
  claim: 'c1',
  lease: 100,
  at: 20,
  counts: { sent: 2 },
  intent: { ...INTENT, n: 3 },
};
const STOPPED: Item = {
  state: 'stopped',
  claim: 'c1',
  at: 20,
  counts: {},
  since: 50,
  reason: { code: 'C', reason: 'r' },
};
const DONE: Item = {
  state: 'done',
  owner: 'l1',
  claim: 'c1',
  lease: 100,
  at: 30,
  counts: { sent: 3 },
  finished: 60,
  expires: 1,
};
const SEEN = { claim: 'c1', lease: 100 };

/** The table of the writes: what each needs, and what each makes of it. */
describe('a write that is let in', () => {
  test.each<[Write, Item | undefined, Item]>([
    [
      { kind: 'claim', owner: 'l2', claim: 'c2', lease: 200 },
      undefined,
      { state: 'running', owner: 'l2', claim: 'c2', lease: 200, at: 0, counts: {} },
    ],
    [
      { kind: 'take', seen: SEEN, owner: 'l2', claim: 'c2', lease: 200 },
      RUNNING,
      { ...RUNNING, owner: 'l2', claim: 'c2', lease: 200 },
    ],
    [
      { kind: 'intent', claim: 'c1', from: { sent: 3 }, intent: INTENT, lease: 200 },
      RUNNING,
      { ...RUNNING, at: 30, counts: { sent: 3 }, intent: INTENT, lease: 200 },
    ],
    [{ kind: 'heartbeat', claim: 'c1', lease: 200 }, RUNNING, { ...RUNNING, lease: 200 }],
    [
      { kind: 'release', claim: 'c1', at: AT },
      RUNNING,
      { state: 'running', claim: 'c1', lease: 0, at: 30, counts: { sent: 3 } },
    ],
    [
      { kind: 'stop', claim: 'c1', at: AT, reason: { code: 'C', reason: 'r' }, since: 50 },
      RUNNING,
      { ...STOPPED, at: 30, counts: { sent: 3 } },
    ],
    [
      { kind: 'resume', seen: { claim: 'c1' }, claim: 'c2' },
      STOPPED,
      { state: 'running', claim: 'c2', lease: 0, at: 20, counts: {} },
    ],
    [{ kind: 'done', claim: 'c1', at: AT, finished: 60, expires: 1 }, RUNNING, DONE],
    [
      { kind: 'again', seen: { claim: 'c1' }, claim: 'c2' },
      DONE,
      { state: 'running', claim: 'c2', lease: 0, at: 0, counts: {} },
    ],
  ])('$kind', (write, before, after) => {
    expect(apply(before, write)).toStrictEqual({ ok: true, item: after });
  });
});

describe('a write that is refused', () => {
  const other = { ...RUNNING, claim: 'c9' };
  test.each<[string, Write, Item | undefined]>([
    ['a claim of what is there', { kind: 'claim', owner: 'l2', claim: 'c2', lease: 1 }, RUNNING],
    ['a take of another claim', { kind: 'take', seen: SEEN, owner: 'l2', claim: 'c2', lease: 1 }, other],
    [
      'a take of a lease that was renewed',
      { kind: 'take', seen: SEEN, owner: 'l2', claim: 'c2', lease: 1 },
      { ...RUNNING, lease: 101 },
    ],
    ['a take of what is done', { kind: 'take', seen: SEEN, owner: 'l2', claim: 'c2', lease: 1 }, DONE],
    ['a take of what is gone', { kind: 'take', seen: SEEN, owner: 'l2', claim: 'c2', lease: 1 }, undefined],
    ['an intent after a takeover', { kind: 'intent', claim: 'c1', from: {}, intent: INTENT, lease: 1 }, other],
    ['an intent for what is done', { kind: 'intent', claim: 'c1', from: {}, intent: INTENT, lease: 1 }, DONE],
    ['a heartbeat after a takeover', { kind: 'heartbeat', claim: 'c1', lease: 1 }, other],
    ['a release after a takeover', { kind: 'release', claim: 'c1', at: AT }, other],
    [
      'a stop after a takeover',
      { kind: 'stop', claim: 'c1', at: AT, reason: { code: 'C', reason: 'r' }, since: 1 },
      other,
    ],
    ['a resume of what runs', { kind: 'resume', seen: SEEN, claim: 'c2' }, RUNNING],
    ['done after a takeover', { kind: 'done', claim: 'c1', at: AT, finished: 1, expires: 1 }, other],
    ['done of what is stopped', { kind: 'done', claim: 'c1', at: AT, finished: 1, expires: 1 }, STOPPED],
    ['again of what runs', { kind: 'again', seen: SEEN, claim: 'c2' }, RUNNING],
    ['again of what was run again meanwhile', { kind: 'again', seen: SEEN, claim: 'c2' }, { ...DONE, claim: 'c9' }],
  ])('%s', (_, write, item) => {
    expect(apply(item, write)).toStrictEqual({ ok: false, item });
    expect(settled(write, { ok: false, item })).toStrictEqual({ ok: false, item });
  });
});

test.each<[Write, Item | undefined]>([
  [{ kind: 'claim', owner: 'l2', claim: 'c2', lease: 200 }, undefined],
  [{ kind: 'take', seen: SEEN, owner: 'l2', claim: 'c2', lease: 200 }, RUNNING],
  [{ kind: 'stop', claim: 'c1', at: AT, reason: { code: 'C', reason: 'r' }, since: 50 }, RUNNING],
  [{ kind: 'resume', seen: { claim: 'c1' }, claim: 'c2' }, STOPPED],
  [{ kind: 'done', claim: 'c1', at: AT, finished: 60, expires: 1 }, RUNNING],
  [{ kind: 'again', seen: { claim: 'c1' }, claim: 'c2' }, DONE],
])('$kind, sent again because its answer was lost, is a success', (write, before) => {
  const { item } = apply(before, write);
  const second = apply(item, write);
  expect(second.ok).toBe(false);
  expect(settled(write, second)).toStrictEqual({ ok: true, item });
});

test('only what is done ever has a time to live', () => {
  const again = apply(DONE, { kind: 'again', seen: SEEN, claim: 'c2' });
  expect(again.item).not.toHaveProperty('expires');
});
