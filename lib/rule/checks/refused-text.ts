import { SluiceError } from '../../failure/index.ts';
import { nodeAt, type Path, type Place, placeOf } from '../tree.ts';
import type { RuleSubject } from './subject.ts';

/**
 * What the select engine refuses, told at its line of the rule file.
 * @param path where the text stands, and `name` how messages call it
 */
export function refusedText({ tree, rule }: RuleSubject, path: Path, name: string, error: SluiceError): SluiceError {
  const { line, column, file } = placeInFile(tree, path, error.context);
  // The engine counts lines of the query; whoever reads this looks at the file.
  const message = `${name}: ${error.message.replace(/^\d+:\d+: /, '')}`;
  const { stage, fix, cause } = error;
  const context = { rule: rule.name, file, line, column };
  return new SluiceError(error.code, message, { stage, context, cause, ...(fix === undefined ? {} : { fix }) });
}

type Spot = { readonly line?: number; readonly column?: number };

function placeInFile(tree: RuleSubject['tree'], path: Path, spot: Spot): Pick<Place, 'file' | 'line' | 'column'> {
  const node = nodeAt(tree, path);
  const at = placeOf(tree, path);
  const { line = 1, column = 1 } = spot;
  // With variables in it, or folded over lines, the query's columns are not the file's.
  if (node?.kind !== 'scalar' || node.variables.length > 0) return at;
  if (node.style === 'literal') return { file: at.file, line: at.line + line, column: node.indent + column };
  if (line > 1 || node.style === 'other') return at;
  return { file: at.file, line: at.line, column: at.column + column - (node.style === 'quoted' ? 0 : 1) };
}
