import { LineReader } from '../lines.ts';
import { type JsonReader, type PathStep, Step } from '../reader.ts';
import type { WindowOptions } from '../window.ts';
import { Members } from './members.ts';
import { PathRows, stepsOf } from './path.ts';
import { refusal, skipSpace, validate } from './scan.ts';

/**
 * JSON lines: each line is one value, and a line of white space is none. A value over several lines, or several on one
 * line, is bad (`JSONParsingError`): the line's end is where reading can go on after anything else, so nothing may blur
 * it; the format `json` reads such objects.
 */
export class JsonLineReader extends LineReader implements JsonReader {
  readonly kind = 'json';
  readonly members: Members | undefined;
  private readonly rows: PathRows | undefined;
  /** Where the line ends that the rows still come from. */
  private lineStop = 0;

  constructor(path: readonly PathStep[], options: WindowOptions = {}) {
    super(options);
    const steps = stepsOf(path);
    this.rows = steps.length === 0 ? undefined : new PathRows(steps);
    this.members = this.rows === undefined ? new Members() : undefined;
  }

  next(): Step {
    this.failure = undefined;
    if (this.rows?.more) {
      this.rows.next(this.bytes, this.lineStop);
      return this.showRow(this.rows);
    }
    while (this.nextLine()) {
      if (this.refuseTooLong()) return Step.BAD;
      const { bytes, start, stop } = this;
      const at = skipSpace(bytes, start, stop);
      if (at === stop) continue;
      const end = this.members?.validate(bytes, at, stop) ?? validate(bytes, at, stop);
      if (end < 0) return this.refuse(start, ~end, stop);
      if (this.rows === undefined) return Step.RECORD;
      this.rows.first(bytes, at, stop);
      this.lineStop = stop;
      return this.showRow(this.rows);
    }
    return Step.MORE;
  }

  /** A line is consumed only with its last row. */
  private showRow(rows: PathRows): Step {
    this.start = rows.from;
    this.stop = rows.to;
    this.consumed = rows.more ? this.offset : this.offset + this.length;
    return Step.RECORD;
  }

  private refuse(start: number, at: number, stop: number): Step {
    const reason = `malformed JSON at byte ${this.offset + at - start}: ${refusal(this.bytes, start, at, stop)}`;
    this.fail('JSONParsingError', reason, this.bytes.subarray(start, stop));
    return Step.BAD;
  }
}
