import type { Project } from '../rule/index.ts';
import type { Questions } from './add-questions.ts';
import type { Context } from './command.ts';

/** What is known of a new rule: the values of the options, by their names in camel case. */
export type Answers = Readonly<Record<string, string>>;

/** What a question may look at. */
export interface Asking {
  readonly context: Context;
  readonly project: Project;
  readonly questions: Questions;
  readonly answers: Answers;
}

/** One thing that a rule needs to know: an option, and a question to whoever did not give it. */
export interface Field {
  /** `--super-table <name>`. */
  readonly flags: string;
  readonly description: string;
  readonly needed?: boolean;
  /** The answer; empty: it is left out. Undefined here: only the option can say it. */
  readonly ask?: (asking: Asking) => Promise<string>;
}

/** Everything that a rule of one kind is made of, in the order in which it is asked. */
export interface Form {
  readonly fields: readonly Field[];
  /** The rule's keys behind `kind` and `name`. */
  readonly rule: (answers: Answers) => object;
  /** Words behind `sluice preview <rule>`. */
  readonly preview: string;
}

/** The option that commander makes of a flag, which is where its answer is kept. */
export function nameOf({ flags }: Field): string {
  return flagOf({ flags }).replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** Without its hyphens. */
export function flagOf({ flags }: Pick<Field, 'flags'>): string {
  return (flags.split(' ')[0] ?? '').slice(2);
}

export const ANYTHING = /^/;

/** `a, b` as a list. */
export function listOf(text: string | undefined): readonly string[] {
  return (text ?? '')
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}

/** Keys without a value are left out. */
export function given(values: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== ''));
}
