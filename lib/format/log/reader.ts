import { LineReader } from '../lines.ts';
import type { LogPreset } from '../options.ts';
import { Field, Step, type TextReader } from '../reader.ts';
import type { WindowOptions } from '../window.ts';
import { LogFields } from './fields.ts';
import { LOG_LAYOUTS, type LogLayout } from './presets.ts';

const NONE = -1;
const DASH = 0x2d;
const HASH = 0x23;
const FIELDS = '#Fields:';
/** A line that names flow log fields holds no digit; a line of values always does. */
const FIELD_NAMES = /^[a-z][a-z_-]*( [a-z][a-z_-]*)*$/;

export interface LogReaderOptions extends WindowOptions {
  /** The names that a former reader of the same object had. */
  readonly header?: readonly string[];
}

/**
 * Lines of a log that a cloud service writes. A field that is only `-` is ABSENT, quoted or not: there is none. Fields
 * beyond the names stay reachable by place, since services append new ones at any time.
 */
export class LogReader extends LineReader implements TextReader {
  readonly kind = 'text';
  /** Where the object may name its fields, undefined until its first record. */
  header: readonly string[] | undefined;
  from = 0;
  to = 0;
  private readonly preset: LogPreset;
  private readonly layout: LogLayout;
  private readonly fields: LogFields;
  /** Whether the object itself has said what its fields are. */
  private named: boolean;
  private begun = false;
  private readonly beginning: number;
  /** A line with fewer fields is bad. */
  private expected = 0;

  constructor(preset: LogPreset, options: LogReaderOptions = {}) {
    super(options);
    this.preset = preset;
    this.layout = LOG_LAYOUTS[preset];
    this.fields = new LogFields(this.layout);
    this.header = options.header ?? (this.layout.naming === 'fixed' ? this.layout.names : undefined);
    this.named = options.header !== undefined && this.layout.naming !== 'fixed';
    this.beginning = this.base;
  }

  next(): Step {
    this.failure = undefined;
    while (this.nextLine()) {
      const step = this.readLine();
      if (step !== Step.MORE) return step;
      // Who comes again before the first record must meet the lines that name the fields.
      if (!this.begun) this.consumed = this.beginning;
    }
    return Step.MORE;
  }

  count(): number {
    return this.fields.count;
  }

  field(i: number): Field {
    const { fields } = this;
    if (i >= fields.count) return Field.ABSENT;
    const from = fields.froms[i]!;
    const to = fields.tos[i]!;
    if (to - from === 1 && this.bytes[from] === DASH) return Field.ABSENT;
    this.from = from;
    this.to = to;
    return Field.PLAIN;
  }

  /** Logs have no escapes that every service agrees on: what stands there is the value. */
  unquote(from: number, to: number): Uint8Array {
    return this.bytes.subarray(from, to);
  }

  private readLine(): Step {
    if (this.refuseTooLong()) {
      this.begin();
      return Step.BAD;
    }
    const { bytes, start, stop } = this;
    if (start === stop) return Step.MORE;
    if (this.layout.naming === 'directive' && bytes[start] === HASH) {
      return this.readDirective() ? Step.MORE : this.bad('a second #Fields: line names other fields than the first');
    }
    if (this.layout.naming === 'first-line' && !this.begun && !this.named && this.readNames()) return Step.MORE;
    this.begin();
    return this.judge(this.fields.split(bytes, start, stop));
  }

  /** The first line that is no name: from here on the names stand. */
  private begin(): void {
    if (this.begun) return;
    this.begun = true;
    this.header ??= this.layout.names;
    this.expected = this.expect();
  }

  private judge(unclosed: number): Step {
    if (unclosed !== NONE) {
      const what = this.bytes[unclosed] === 0x5b ? 'bracket' : 'quote';
      return this.bad(`the ${what} at byte ${this.offset + unclosed - this.start} is not closed in its line`);
    }
    const { count } = this.fields;
    const { expected } = this;
    if (count < expected)
      return this.bad(`the line has ${count} fields, a line of ${this.preset} at least ${expected}`);
    return Step.RECORD;
  }

  /** Where the object names its fields, a line has them all; of the documented ones older logs have fewer. */
  private expect(): number {
    const { names, fewest, naming } = this.layout;
    const documented = naming !== 'first-line' && this.header?.join(' ') === names.join(' ');
    return documented ? fewest : (this.header ?? names).length;
  }

  private bad(reason: string): Step {
    this.fail('LogParsingError', reason, this.bytes.subarray(this.start, this.stop));
    return Step.BAD;
  }

  /** False: it takes back what an earlier one said, and records were read by that. */
  private readDirective(): boolean {
    const line = this.bytes.toString('latin1', this.start, this.stop);
    if (!line.startsWith(FIELDS)) return true;
    const names = line.slice(FIELDS.length).trim().split(/\s+/);
    if (this.begun || this.named) return names.join(' ') === this.header?.join(' ');
    this.name(names);
    return true;
  }

  private readNames(): boolean {
    const line = this.bytes.toString('latin1', this.start, this.stop);
    if (!FIELD_NAMES.test(line)) return false;
    this.name(line.split(' '));
    return true;
  }

  private name(names: readonly string[]): void {
    this.header = names;
    this.named = true;
  }
}
