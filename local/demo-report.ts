import { aligned, number } from './demo-text.ts';

/** What the demo compares: the values that should be in a place, and those that are. */
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

/** The three counts side by side: of the object by another program, of the topic, and of the table. */
export function countTable(topic: Comparison, table: Comparison, inTopicForTable: number): string[] {
  return aligned(
    [
      ['', 'in the object', 'in Kafka', 'in PostgreSQL'],
      ['status 500 or above', number(topic.expected), number(topic.found), ''],
      ['of them not 503', number(table.expected), number(inTopicForTable), number(table.found)],
    ],
    [1, 2, 3],
  );
}

/** What is wrong with one place, or nothing. */
export function differences(place: string, comparison: Comparison): string[] {
  const { missing, doubled, unexpected } = comparison;
  return isExact(comparison) ? [] : [`${place}: ${missing} missing, ${doubled} twice, ${unexpected} unexpected`];
}
