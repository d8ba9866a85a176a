import type { LogLayout } from './presets.ts';

const NONE = -1;
const TAB = 9;
const SPACE = 0x20;
const QUOTE = 0x22;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/**
 * The fields of one log line, found in one pass. A quote or bracket that opens a field is closed by the first one that
 * a separator or the line's end follows: user agents hold quotes that nobody escaped, most of them before something else.
 */
export class LogFields {
  count = 0;
  froms = new Uint32Array(64);
  tos = new Uint32Array(64);
  private readonly layout: LogLayout;

  constructor(layout: LogLayout) {
    this.layout = layout;
  }

  /** Returns NONE, or the place of the quote or bracket that nothing closes. */
  split(bytes: Buffer, start: number, stop: number): number {
    const { quotes, brackets } = this.layout;
    const separator = this.separatorOf(bytes, start, stop);
    this.count = 0;
    for (let at = start; at <= stop; at++) {
      const first = at < stop ? bytes[at]! : NONE;
      const closing = quotes && first === QUOTE ? QUOTE : brackets && first === OPEN_BRACKET ? CLOSE_BRACKET : NONE;
      if (closing === NONE) {
        const from = at;
        while (at < stop && bytes[at] !== separator) at++;
        this.add(from, at);
        continue;
      }
      const opened = at;
      at++;
      while (at < stop && !(bytes[at] === closing && (at + 1 === stop || bytes[at + 1] === separator))) at++;
      if (at >= stop) return opened;
      this.add(opened + 1, at);
      at++;
    }
    return NONE;
  }

  private separatorOf(bytes: Buffer, start: number, stop: number): number {
    const { separator } = this.layout;
    if (separator === 'space') return SPACE;
    if (separator === 'tab') return TAB;
    for (let at = start; at < stop; at++) if (bytes[at] === TAB) return TAB;
    return SPACE;
  }

  private add(from: number, to: number): void {
    if (this.count === this.froms.length) {
      this.froms = grown(this.froms);
      this.tos = grown(this.tos);
    }
    this.froms[this.count] = from;
    this.tos[this.count++] = to;
  }
}

function grown(places: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(places.length * 2);
  larger.set(places);
  return larger;
}
