/**
 * An object's item, and the conditional writes that are all that ever happens to it. Each write is data (`effectOf`): the
 * store renders it for DynamoDB, `apply` carries it out in memory, so what the tests explore is what the table is sent.
 */
import type { Counts, Position, StopReason } from './contract.ts';

/** What a lane is about to commit, written down before it begins: number `n` of that lane takes the object from `from` to `to`. */
export interface Intent {
  readonly lane: string;
  readonly n: number;
  readonly from: number;
  readonly to: number;
  /** Counts at `to`. */
  readonly counts: Counts;
}

export interface Item {
  readonly state: 'running' | 'stopped' | 'done';
  /** Random, new whenever the item changes hands: who knows it may write. */
  readonly claim: string;
  /** Bytes of the decompressed object that are done, and the counts there. */
  readonly at: number;
  readonly counts: Counts;
  /** The lane of the run that has it. */
  readonly owner?: string;
  /** Milliseconds since 1970. Says when to try to take it, never whether that is safe. */
  readonly lease?: number;
  readonly intent?: Intent;
  /** While stopped: since when, in milliseconds since 1970, and why. */
  readonly since?: number;
  readonly reason?: StopReason;
  /** When done: in milliseconds since 1970; and DynamoDB's time to live, in seconds since 1970, on done items only. */
  readonly finished?: number;
  readonly expires?: number;
}

/** What of an item has to be unchanged when it changes hands. */
export type Seen = Pick<Item, 'claim' | 'lease'>;

export type Write =
  | { readonly kind: 'claim'; readonly owner: string; readonly claim: string; readonly lease: number }
  | {
      readonly kind: 'take';
      readonly seen: Seen;
      readonly owner: string;
      readonly claim: string;
      readonly lease: number;
    }
  | {
      readonly kind: 'intent';
      readonly claim: string;
      readonly from: Counts;
      readonly intent: Intent;
      readonly lease: number;
    }
  | { readonly kind: 'heartbeat'; readonly claim: string; readonly lease: number }
  | { readonly kind: 'release'; readonly claim: string; readonly at: Position }
  | {
      readonly kind: 'stop';
      readonly claim: string;
      readonly at: Position;
      readonly reason: StopReason;
      readonly since: number;
    }
  | { readonly kind: 'resume'; readonly seen: Seen; readonly claim: string }
  | {
      readonly kind: 'done';
      readonly claim: string;
      readonly at: Position;
      readonly finished: number;
      readonly expires: number;
    }
  | { readonly kind: 'again'; readonly seen: Seen; readonly claim: string };

/** What a write asks and does: attributes that must be as given (or no item at all), attributes set, attributes removed. */
export interface Effect {
  readonly when: 'absent' | Partial<Item>;
  readonly set: Partial<Item>;
  readonly remove: readonly (keyof Item)[];
}

export type Written =
  | { readonly ok: true; readonly item: Item }
  /** Refused; `item` is what stood in the way. */
  | { readonly ok: false; readonly item: Item | undefined };

export function effectOf(write: Write): Effect {
  const { claim } = write;
  const mine = { state: 'running', claim } as const;
  switch (write.kind) {
    case 'claim': {
      const { owner, lease } = write;
      return { when: 'absent', set: { state: 'running', owner, claim, lease, at: 0, counts: {} }, remove: [] };
    }
    case 'take': {
      const { seen, owner, lease } = write;
      return { when: { state: 'running', ...seen }, set: { owner, claim, lease }, remove: [] };
    }
    case 'intent': {
      const { intent, from, lease } = write;
      return { when: mine, set: { at: intent.from, counts: from, intent, lease }, remove: [] };
    }
    case 'heartbeat':
      return { when: { claim }, set: { lease: write.lease }, remove: [] };
    case 'release':
      return { when: mine, set: { ...place(write.at), lease: 0 }, remove: ['intent', 'owner'] };
    case 'stop': {
      const { at, reason, since } = write;
      return {
        when: mine,
        set: { state: 'stopped', ...place(at), reason, since },
        remove: ['intent', 'owner', 'lease'],
      };
    }
    case 'resume':
      return {
        when: { state: 'stopped', claim: write.seen.claim },
        set: { state: 'running', claim, lease: 0 },
        remove: ['owner', 'reason', 'since'],
      };
    case 'done': {
      const { at, finished, expires } = write;
      return { when: mine, set: { state: 'done', ...place(at), finished, expires }, remove: ['intent'] };
    }
    case 'again':
      return {
        when: { state: 'done', claim: write.seen.claim },
        set: { state: 'running', claim, at: 0, counts: {}, lease: 0 },
        remove: ['owner', 'finished', 'expires'],
      };
  }
}

/** The write, carried out. */
export function apply(item: Item | undefined, write: Write): Written {
  const { when, set, remove } = effectOf(write);
  if (!holds(item, when)) return { ok: false, item };
  const changed: Partial<Item> = { ...item, ...set };
  const kept = Object.entries(changed).filter(([name]) => !remove.includes(name as keyof Item));
  return { ok: true, item: Object.fromEntries(kept) as unknown as Item };
}

/**
 * What an answer means. A client that got no answer sends its write again, and then the first one stands in the way of the
 * second: a refusal whose item is what this write makes, under the claim that only its sender knows, is a success.
 */
export function settled(write: Write, written: Written): Written {
  const { item } = written;
  if (written.ok || item === undefined || item.claim !== write.claim) return written;
  const state = effectOf(write).set.state ?? 'running';
  return item.state === state ? { ok: true, item } : written;
}

function holds(item: Item | undefined, when: Effect['when']): boolean {
  if (when === 'absent') return item === undefined;
  if (item === undefined) return false;
  return Object.entries(when).every(([name, value]) => item[name as keyof Item] === value);
}

function place({ byte, counts }: Position): Pick<Item, 'at' | 'counts'> {
  return { at: byte, counts };
}
