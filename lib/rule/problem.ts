import { SluiceError } from '../failure/index.ts';
import type { Place } from './tree.ts';

/** What is wrong in a file, at its place. `code` is `InvalidRule`, `InvalidConnections`, or the one of a special case. */
export function problem(code: string, message: string, at: Place, fix: string, rule?: string): SluiceError {
  const { file, line, column } = at;
  const context = { file, line, column, ...(rule === undefined ? {} : { rule }) };
  return new SluiceError(code, message, { stage: 'rule', fix, context });
}

/** Something that came out well, or everything that is wrong with it. */
export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly SluiceError[] };
