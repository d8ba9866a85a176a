import { SluiceError } from '../../failure/index.ts';
import type { CompileOptions } from '../expression.ts';
import type { Flattener } from '../flatten.ts';
import type { Step } from '../options.ts';
import { compileColumns } from './columns.ts';
import { compileConvert } from './convert.ts';
import { compileDrop } from './drop.ts';
import type { CompiledStep } from './fields.ts';
import { compileFilter } from './filter.ts';
import { compileJson } from './json.ts';
import { compileRegex } from './regex.ts';
import { compileRename } from './rename.ts';
import { compileSet } from './set.ts';
import { compileSplit } from './split.ts';

export interface NamedStep extends CompiledStep {
  /** `steps.1 split` */
  readonly at: string;
}

/**
 * @param columns the target's, where they are mapped one by one
 * Throws SluiceError, whose message begins with the step's name.
 */
export function compileSteps(
  steps: readonly Step[],
  columns: Readonly<Record<string, string>> | undefined,
  flattener: Flattener | undefined,
  options: CompileOptions,
): readonly NamedStep[] {
  const compiled = steps.map((step, i) =>
    named(`steps.${i + 1} ${Object.keys(step)[0]}`, () => compileStep(step, flattener, options)),
  );
  if (columns === undefined) return compiled;
  return [...compiled, named('columns', () => compileColumns(columns, options))];
}

function named(at: string, compile: () => CompiledStep): NamedStep {
  try {
    return { at, ...compile() };
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    const { code, message, stage, context, fix, cause } = error;
    throw new SluiceError(code, `${at}: ${message}`, { stage, context, cause, ...(fix === undefined ? {} : { fix }) });
  }
}

function compileStep(step: Step, flattener: Flattener | undefined, options: CompileOptions): CompiledStep {
  if ('split' in step) return compileSplit(step.split);
  if ('regex' in step) return compileRegex(step.regex);
  if ('json' in step) return compileJson(step.json, flattener);
  if ('convert' in step) return compileConvert(step.convert);
  if ('rename' in step) return compileRename(step.rename);
  if ('drop' in step) return compileDrop(step.drop);
  if ('set' in step) return compileSet(step.set, options);
  return compileFilter(step.filter, options);
}
