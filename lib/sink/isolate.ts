/** Items `first` up to, not including, `behind`. */
export interface Range {
  readonly first: number;
  readonly behind: number;
}

/** Why a range could not be written. */
export interface Fault {
  /** The item that is to blame, where the server said so. */
  readonly item?: number | undefined;
}

export interface Isolation<F extends Fault> {
  /** Writes a range. Undefined: it is written. Throws what lies in no item. */
  attempt(range: Range): Promise<F | undefined>;
  /** An item that cannot be written, not even alone. Resolves to whether to go on behind it. */
  bad(item: number, fault: F): Promise<boolean>;
}

/**
 * Writes `count` items in their order, where writing all at once met a fault: ranges that fail are cut until what cannot
 * be written stands alone. Everything before an item is written, or was found bad, when the item is.
 *
 * One bad item costs about 2 log2(count) attempts, or five where the server names it; if all are bad, `count` items are
 * sent at most 2 log2(count) times in all, since a range in which another item was named is not tried whole again: it is
 * taken up in steps that halve with each fault and double with each success.
 */
export async function isolate<F extends Fault>(count: number, fault: F, isolation: Isolation<F>): Promise<void> {
  /** Still to be written; the next one last. */
  const waiting: Range[] = [];
  let step = count;

  const cut = ({ first, behind }: Range, { item }: F): void => {
    const parts: Range[] = [];
    if (item !== undefined && item >= first && item < behind) {
      parts.push({ first, behind: item }, { first: item, behind: item + 1 }, { first: item + 1, behind });
      step = Math.max(1, (behind - first) >> 1);
    } else {
      const middle = first + ((behind - first) >> 1);
      parts.push({ first, behind: middle }, { first: middle, behind });
    }
    waiting.push(...parts.filter((part) => part.behind > part.first).reverse());
  };

  const whole = { first: 0, behind: count };
  if (count > 1) cut(whole, fault);
  else waiting.push(whole);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const range = { first: next.first, behind: Math.min(next.behind, next.first + step) };
    if (range.behind < next.behind) waiting.push({ first: range.behind, behind: next.behind });
    const met = await isolation.attempt(range);
    if (met === undefined) step = Math.min(count, step * 2);
    else if (range.behind - range.first > 1) cut(range, met);
    else if (!(await isolation.bad(range.first, met))) return;
  }
}
