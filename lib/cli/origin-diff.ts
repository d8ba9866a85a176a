import type { Origin } from '../rule/index.ts';
import { valueText } from './show.ts';
import type { Colors } from './terminal.ts';

export interface ValueChange {
  readonly path: string;
  /** Undefined: it had none; it has none. */
  readonly was?: unknown;
  readonly is?: unknown;
}

/** What differs between two states of a rule as its stage sees it. */
export function changesOf(before: readonly Origin[], after: readonly Origin[]): readonly ValueChange[] {
  const was = new Map(before.map(({ path, value }) => [path, value]));
  const is = new Map(after.map(({ path, value }) => [path, value]));
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((path) => {
    const [old, now] = [was.get(path), is.get(path)];
    if (JSON.stringify(old) === JSON.stringify(now)) return [];
    return [{ path, ...(was.has(path) && { was: old }), ...(is.has(path) && { is: now }) }];
  });
}

export function changeLines(changes: readonly ValueChange[], colors: Colors): string[] {
  return changes.flatMap((change) => [
    ...('was' in change ? [colors.red(`- ${change.path}: ${valueText(change.was)}`)] : []),
    ...('is' in change ? [colors.green(`+ ${change.path}: ${valueText(change.is)}`)] : []),
  ]);
}
