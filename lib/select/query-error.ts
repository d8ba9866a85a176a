import { SluiceError } from '../failure/index.ts';

/** 1-based, in characters (code points), as an editor counts. */
export function placeOf(sql: string, at: number): { line: number; column: number } {
  const before = sql.slice(0, at);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: [...before.slice(lineStart)].length + 1 };
}

/**
 * What is wrong with a query, as AWS's code and `line:column: what`.
 * @param at where in `sql`, in UTF-16 units
 */
export function queryError(code: string, sql: string, at: number, what: string, fix?: string): SluiceError {
  const { line, column } = placeOf(sql, at);
  return new SluiceError(code, `${line}:${column}: ${what}`, {
    stage: 'select',
    context: { line, column },
    ...(fix === undefined ? {} : { fix }),
  });
}
