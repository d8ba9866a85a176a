const PER_MEMBER = 3;

/**
 * Where the members of an object stand, noted while its text was validated, so that nobody goes through it again. Member i
 * has its key, between the quotes, at `places[3i]` to `places[3i + 1]`, and its value begins at `places[3i + 2]`.
 */
export class Members {
  /** How many; 0 for what is no object. */
  count = 0;
  /** Whether a key has an escape, so that it may be longer than it looks. */
  escaped = false;
  /** Whether the value is an object with no white space between its tokens; then it stands at [from, to). */
  compact = false;
  from = 0;
  to = 0;
  places = new Int32Array(64 * PER_MEMBER);

  clear(): void {
    this.count = 0;
    this.escaped = false;
    this.compact = false;
  }

  setCompact(from: number, to: number): void {
    this.compact = true;
    this.from = from;
    this.to = to;
  }

  add(keyFrom: number, keyTo: number, value: number, escaped: boolean): void {
    const at = this.count * PER_MEMBER;
    if (at === this.places.length) this.grow();
    const { places } = this;
    places[at] = keyFrom;
    places[at + 1] = keyTo;
    places[at + 2] = value;
    this.count++;
    if (escaped) this.escaped = true;
  }

  private grow(): void {
    const larger = new Int32Array(this.places.length * 2);
    larger.set(this.places);
    this.places = larger;
  }
}
