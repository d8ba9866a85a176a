import type { Stop } from '../../contract.ts';
import { qualified } from '../identifier.ts';
import { isRow, type OffsetsRow } from './offsets.ts';
import type { Parameters } from './parameters.ts';

/** A stop of a message that somebody else has meanwhile gone past is not kept. */
export function putStopSql(row: OffsetsRow, stop: Stop, parameters: Parameters): string {
  const { offset, since, code, reason, fix } = stop;
  const at = parameters.add(offset);
  return `UPDATE ${qualified(row.offsets)} SET next_offset = ${at}::bigint, stop_offset = ${at}::bigint,
  stop_since = ${parameters.add(since)}::bigint, stop_code = ${parameters.add(code)}, stop_reason = ${parameters.add(reason)},
  stop_fix = ${parameters.add(fix ?? null)}::text, updated_at = now()
WHERE ${isRow(row, parameters)} AND next_offset <= ${at}::bigint`;
}

/**
 * How late a skipped message is nobody has looked at: when it comes again with its batch it must not be taken for one of
 * a topic that was made anew.
 */
export function clearStopSql(row: OffsetsRow, skip: boolean, parameters: Parameters): string {
  const behind = skip ? 'next_offset = stop_offset + 1, latest = NULL, ' : '';
  return `UPDATE ${qualified(row.offsets)} SET ${behind}stop_offset = NULL, stop_since = NULL, stop_code = NULL, stop_reason = NULL,
  stop_fix = NULL, updated_at = now()
WHERE ${isRow(row, parameters)} AND stop_offset IS NOT NULL`;
}

export function listStopsSql({ offsets, sink }: Pick<OffsetsRow, 'offsets' | 'sink'>, parameters: Parameters): string {
  return `SELECT topic, "partition", stop_offset AS "offset", stop_since AS since, stop_code AS code, stop_reason AS reason,
  stop_fix AS fix
FROM ${qualified(offsets)} WHERE sink = ${parameters.add(sink)} AND stop_offset IS NOT NULL ORDER BY topic, "partition"`;
}

export function forgetSql(
  { offsets, sink }: Pick<OffsetsRow, 'offsets' | 'sink'>,
  topic: string,
  parameters: Parameters,
): string {
  return `DELETE FROM ${qualified(offsets)} WHERE sink = ${parameters.add(sink)} AND topic = ${parameters.add(topic)}`;
}
