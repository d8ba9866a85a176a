/** How many different shapes are remembered: objects that are maps would make a new one each time. */
const MOST = 4096;
/** An array that grows takes room for half as many again; beyond so many values it may. */
const MOST_ROOM = 64;

/**
 * The names that objects had so far, as a tree of which name came behind which: objects of the same names in the same
 * order get the same array of names, and the name that comes next can be guessed.
 */
export class Shape {
  /** What stands before a member's value, where it was the last to be reached from here: `"name":`. */
  likelyKey = '';
  likely: Shape | undefined;
  /** A copy of it has room for the values of an object that begins so, and for few more. */
  room: readonly null[] = [null];
  readonly name: string;
  readonly #parent: Shape | undefined;
  readonly #children = new Map<string, Shape>();
  readonly #budget: { left: number };
  #names: readonly string[] | undefined;

  private constructor(name: string, parent: Shape | undefined, budget: { left: number }) {
    this.name = name;
    this.#parent = parent;
    this.#budget = budget;
  }

  static root(): Shape {
    return new Shape('', undefined, { left: MOST });
  }

  /** The names up to here, the same array each time. */
  get names(): readonly string[] {
    this.#names ??= this.#parent === undefined ? [] : [...this.#parent.names, this.name];
    return this.#names;
  }

  /** An object that began so had so many values. */
  had(count: number): void {
    const { length } = this.room;
    if (count > length ? length < MOST_ROOM : count * 4 < length) {
      this.room = new Array<null>(Math.min(count, MOST_ROOM)).fill(null);
    }
  }

  /**
   * The shape with one name more; undefined if the name is already in this one, or too many are remembered.
   * @param plain whether the text has it without escapes, and its colon right behind it
   */
  with(name: string, plain: boolean): Shape | undefined {
    let child = this.#children.get(name);
    if (child === undefined) {
      if (this.#budget.left === 0 || this.names.includes(name)) return undefined;
      this.#budget.left--;
      // A copy: a slice would keep the message that it was cut from for as long as the shape is remembered.
      const copy = JSON.parse(JSON.stringify(name)) as string;
      child = new Shape(copy, this, this.#budget);
      this.#children.set(copy, child);
    }
    if (plain && this.likely !== child) {
      this.likelyKey = `"${child.name}":`;
      this.likely = child;
    }
    return child;
  }
}
