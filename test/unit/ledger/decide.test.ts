import { afterSettling, afterTake, verdict } from '../../../lib/ledger/decide.ts';
import type { Item } from '../../../lib/ledger/item.ts';

const NOW = 1_000;
const RUNNING: Item = { state: 'running', claim: 'c1', lease: NOW + 1, at: 20, counts: { sent: 2 } };
const INTENT = { lane: 'l1', n: 3, from: 20, to: 30, counts: { sent: 3 } };

test.each([
  ['nothing there', undefined, undefined, { kind: 'claim' }],
  ['a lease that lasts', RUNNING, undefined, { kind: 'busy', until: NOW + 1 }],
  ['a lease that ran out', { ...RUNNING, lease: NOW }, undefined, { kind: 'take', seen: { claim: 'c1', lease: NOW } }],
  ['a lease of our own that we gave up', RUNNING, 'c1', { kind: 'take', seen: { claim: 'c1', lease: NOW + 1 } }],
  ['a lease of somebody after us', RUNNING, 'c0', { kind: 'busy', until: NOW + 1 }],
])('%s', (_, item, abandoned, expected) => {
  expect(verdict(item as Item | undefined, NOW, abandoned)).toEqual(expected);
});

test.each(['done', 'stopped'] as const)('what is %s answers', (state) => {
  const item = { ...RUNNING, state };
  expect(verdict(item, NOW)).toEqual({ kind: state, item });
});

test('without an intent it goes on at the byte of the item', () => {
  expect(afterTake(RUNNING)).toEqual({ kind: 'go', at: { byte: 20, counts: { sent: 2 } } });
});

test('with one, its lane is asked first', () => {
  expect(afterTake({ ...RUNNING, intent: INTENT })).toEqual({ kind: 'settle', intent: INTENT });
});

test.each([
  ['less', 2, { kind: 'go', at: { byte: 20, counts: { sent: 2 } } }],
  ['the greeting', 0, { kind: 'go', at: { byte: 20, counts: { sent: 2 } } }],
  ['the intent itself', 3, { kind: 'go', at: { byte: 30, counts: { sent: 3 } } }],
  ['more: the lane went on to other objects', 9, { kind: 'go', at: { byte: 30, counts: { sent: 3 } } }],
  ['nothing at all', undefined, { kind: 'lost' }],
])('a lane that committed %s', (_, committed, expected) => {
  expect(afterSettling(RUNNING, INTENT, committed)).toEqual(expected);
});
