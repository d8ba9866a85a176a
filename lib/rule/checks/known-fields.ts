import type { MessageFormat, Step } from '../../message/options.ts';

/** The field that a message of `format: text` has. */
const TEXT_FIELD = 'message';

/**
 * Which fields a row can have at a step, as far as the rule alone tells. Of JSON that is nothing, until a step takes a
 * field away.
 */
export class KnownFields {
  private readonly there = new Set<string>();
  private readonly gone = new Map<string, string>();
  /** Whether a row may have fields that nobody wrote down. */
  private isOpen: boolean;

  constructor(format: MessageFormat) {
    this.isOpen = format !== 'text';
    if (format === 'text') this.there.add(TEXT_FIELD);
  }

  /** Why there can be no such field; undefined: there can. */
  missing(name: string, exact: boolean): string | undefined {
    const is = (known: string) => (exact ? known === name : known.toLowerCase() === name.toLowerCase());
    if ([...this.there].some(is)) return undefined;
    const why = [...this.gone].find(([known]) => is(known))?.[1];
    return why ?? (this.isOpen ? undefined : `a message of format: text has the field ${TEXT_FIELD}`);
  }

  advice(name: string): string {
    if (this.there.size === 0) return `Use ${name} in a step before that, or another field.`;
    return `The steps give: ${[...this.there].join(', ')}.`;
  }

  /** @param i the step's place, from 0 */
  after(step: Step, i: number): void {
    const place = `steps[${i}]`;
    if ('split' in step) {
      const { field, count } = step.split;
      this.take(field, `${place} has split it`);
      for (let part = 0; part < count; part++) this.give(`${field}_${part}`);
    } else if ('regex' in step) {
      for (const [, group = ''] of step.regex.pattern.matchAll(/\(\?<([^=!>][^>]*)>/g)) this.give(group);
    } else if ('json' in step) {
      this.isOpen = true;
    } else if ('rename' in step) {
      for (const [from, to] of Object.entries(step.rename)) this.take(from, `${place} calls it ${to}`);
      for (const to of Object.values(step.rename)) this.give(to);
    } else if ('drop' in step) {
      for (const field of step.drop) this.take(field, `${place} has dropped it`);
    } else if ('set' in step) {
      for (const field of Object.keys(step.set)) this.give(field);
    }
  }

  private give(name: string): void {
    this.there.add(name);
    this.gone.delete(name);
  }

  private take(name: string, why: string): void {
    this.there.delete(name);
    this.gone.set(name, why);
  }
}
