import type { StatementBuffer } from './statement-buffer.ts';

/**
 * Which row of a statement the server means by what it quotes of it: undefined where the text stands nowhere, or in
 * several rows. The server lowers what is not between quotes, so letters are compared without their case.
 *
 * @param ends where each row ends, in bytes
 */
export function locate(near: string | undefined, out: StatementBuffer, ends: Int32Array): number | undefined {
  if (near === undefined || near.length < 2) return undefined;
  const statement = out.bytes.toString('utf8', 0, out.length).toLowerCase();
  const wanted = near.toLowerCase();
  const found = statement.indexOf(wanted);
  if (found < 0 || statement.indexOf(wanted, found + 1) >= 0) return undefined;
  const at = Buffer.byteLength(statement.slice(0, found));
  const row = ends.findIndex((end) => at < end);
  return row < 0 ? undefined : row;
}
