import type { PartitionFacts } from './offsets.ts';

/**
 * Whether a consumer has anything to do, as its events tell. A partition counts as looked at when the broker that leads
 * it has answered a fetch that was begun after the partition was placed. Times are of `performance.now()`.
 */
export class Attendance {
  readonly #positions = new Map<number, number>();
  /** Brokers whose answer is still waited for; undefined while partitions are being placed. */
  #leaders: Set<number> | undefined;
  readonly #asked = new Set<number>();
  #lastEvent = performance.now();
  #busy = 0;

  /** The group assigns anew. */
  reset(): void {
    this.#positions.clear();
    this.#asked.clear();
    this.#leaders = undefined;
  }

  begins(partition: number, offset: number): void {
    this.#positions.set(partition, offset);
  }

  /** Every partition is placed; these brokers lead them. */
  ready(leaders: ReadonlySet<number>): void {
    this.#leaders = new Set(leaders);
    this.#lastEvent = performance.now();
  }

  asked(broker: number): void {
    if (this.#leaders?.has(broker)) this.#asked.add(broker);
  }

  answered(broker: number): void {
    if (!this.#asked.delete(broker) || this.#leaders?.delete(broker) !== true) return;
    if (this.#leaders.size === 0) this.#lastEvent = performance.now();
  }

  reached(partition: number, offset: number): void {
    if (this.#positions.has(partition)) this.#positions.set(partition, offset);
    this.#lastEvent = performance.now();
  }

  /** A batch is under way until what is returned is called. */
  busy(): () => void {
    this.#busy++;
    return () => {
      this.#busy--;
      this.#lastEvent = performance.now();
    };
  }

  idleSince(): number | undefined {
    return this.#leaders?.size === 0 && this.#busy === 0 ? this.#lastEvent : undefined;
  }

  isCaughtUp(facts: readonly PartitionFacts[]): boolean {
    return facts.every(({ partition, high }) => (this.#positions.get(partition) ?? high) >= high);
  }
}
