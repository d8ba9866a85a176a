import type { Position } from './contract.ts';
import type { Intent, Item, Seen } from './item.ts';

/** What to do about an object whose item reads so. */
export type Verdict =
  | { readonly kind: 'claim' }
  | { readonly kind: 'take'; readonly seen: Seen }
  | { readonly kind: 'busy'; readonly until: number }
  | { readonly kind: 'done' | 'stopped'; readonly item: Item };

/**
 * @param abandoned the claim under which this very instance gave the object up: nobody is at work under it
 * @param now milliseconds since 1970
 */
export function verdict(item: Item | undefined, now: number, abandoned?: string): Verdict {
  if (item === undefined) return { kind: 'claim' };
  if (item.state !== 'running') return { kind: item.state, item };
  const { claim, lease = 0 } = item;
  if (lease > now && claim !== abandoned) return { kind: 'busy', until: lease };
  return { kind: 'take', seen: { claim, lease } };
}

/** Where to go on after a take, or the intent that has to be settled first. Only ever judged by what the take returned. */
export function afterTake(
  item: Item,
): { readonly kind: 'go'; readonly at: Position } | { readonly kind: 'settle'; readonly intent: Intent } {
  if (item.intent !== undefined) return { kind: 'settle', intent: item.intent };
  return { kind: 'go', at: { byte: item.at, counts: item.counts } };
}

/**
 * Where to go on, by what the group of the intent's lane has committed, asked after that lane was fenced. Every lane
 * commits a greeting before its first claim: a group without an offset has forgotten what it knew.
 */
export function afterSettling(
  item: Item,
  intent: Intent,
  committed: number | undefined,
): { readonly kind: 'go'; readonly at: Position } | { readonly kind: 'lost' } {
  if (committed === undefined) return { kind: 'lost' };
  const at =
    committed >= intent.n ? { byte: intent.to, counts: intent.counts } : { byte: intent.from, counts: item.counts };
  return { kind: 'go', at };
}
