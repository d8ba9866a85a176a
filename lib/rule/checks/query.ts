import { SluiceError } from '../../failure/index.ts';
import { prepare } from '../../select/index.ts';
import { inputFormat, outputFormat } from '../schema.ts';
import { nodeAt, type Place, placeOf } from '../tree.ts';
import { type RuleSubject, wrongAt } from './subject.ts';

/** A query that the select engine refuses, told at its line of the rule file. */
export function queryProblems(subject: RuleSubject): readonly SluiceError[] {
  const { rule, tree } = subject;
  try {
    const { key } = rule.kafka;
    const formats = { input: inputFormat(rule.source), output: outputFormat(rule.kafka) };
    // What the time is does not matter here, only that a query which asks for it may have it.
    prepare(rule.select, { ...formats, ...(key === undefined ? {} : { key }), now: () => 0 });
    return [];
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    if (error.code === 'MissingKeyColumn') {
      return [
        wrongAt(subject, ['kafka', 'key'], error.message, error.fix ?? 'Name a column of the result.', error.code),
      ];
    }
    const { line, column, file } = placeInFile(tree, error.context);
    // The engine counts lines of the query; whoever reads this looks at the file.
    const message = `select: ${error.message.replace(/^\d+:\d+: /, '')}`;
    const { stage, fix, cause } = error;
    const context = { rule: rule.name, file, line, column };
    return [new SluiceError(error.code, message, { stage, context, cause, ...(fix === undefined ? {} : { fix }) })];
  }
}

type Spot = { readonly line?: number; readonly column?: number };

function placeInFile(tree: RuleSubject['tree'], spot: Spot): Pick<Place, 'file' | 'line' | 'column'> {
  const node = nodeAt(tree, ['select']);
  const at = placeOf(tree, ['select']);
  const { line = 1, column = 1 } = spot;
  // With variables in it, or folded over lines, the query's columns are not the file's.
  if (node?.kind !== 'scalar' || node.variables.length > 0) return at;
  if (node.style === 'literal') return { file: at.file, line: at.line + line, column: node.indent + column };
  if (line > 1 || node.style === 'other') return at;
  return { file: at.file, line: at.line, column: at.column + column - (node.style === 'quoted' ? 0 : 1) };
}
