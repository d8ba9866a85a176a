/** What the demo compares: the values that should be in the topic, and those that are. */
export interface Comparison {
  readonly expected: number;
  readonly found: number;
  readonly missing: number;
  readonly doubled: number;
  readonly unexpected: number;
}

/** Compares as bags, without regard to order: records of one object lie on several partitions. */
export function compare(expected: Iterable<string>, found: Iterable<string>): Comparison {
  const left = new Map<string, number>();
  let wanted = 0;
  for (const value of expected) {
    left.set(value, (left.get(value) ?? 0) + 1);
    wanted++;
  }
  const known = new Set(left.keys());
  let count = 0;
  let doubled = 0;
  let unexpected = 0;
  for (const value of found) {
    count++;
    const times = left.get(value);
    if (times !== undefined && times > 0) left.set(value, times - 1);
    else if (known.has(value)) doubled++;
    else unexpected++;
  }
  let missing = 0;
  for (const times of left.values()) missing += times;
  return { expected: wanted, found: count, missing, doubled, unexpected };
}

export function isExact({ missing, doubled, unexpected }: Comparison): boolean {
  return missing === 0 && doubled === 0 && unexpected === 0;
}
