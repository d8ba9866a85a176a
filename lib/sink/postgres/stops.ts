import type { TopicPartition } from '../../message/contract.ts';
import type { Stop, StopStore } from '../contract.ts';
import type { Session } from './connection.ts';
import { sqlStateOf } from './failure.ts';
import { openStanding, readStanding, type StopRow, stopOf } from './offsets.ts';
import type { OffsetsRow } from './statement/offsets.ts';
import { statement } from './statement/parameters.ts';
import { clearStopSql, listStopsSql, putStopSql } from './statement/stops.ts';

type Run = <T>(work: (session: Session) => Promise<T>) => Promise<T>;

const UNDEFINED_TABLE = '42P01';

/**
 * Stops stand beside the offsets, so that the claim of a batch refuses while one stands.
 *
 * @param run with the table of offsets, which is made where it is missing
 * @param look only looks: whoever asks for a list may be a person who is to change nothing
 */
export function stopStore(rowOf: (partition: TopicPartition) => OffsetsRow, run: Run, look: Run): StopStore {
  return {
    read: (partition) => run(async (session) => (await readStanding(session, rowOf(partition)))?.stop),

    put: (stop) =>
      run(async (session) => {
        const row = rowOf(stop);
        await openStanding(session, row);
        await session.query(statement((parameters) => putStopSql(row, stop, parameters)));
      }),

    resume: (partition, skip = false) =>
      run(async (session) => {
        const row = rowOf(partition);
        const stop = (await readStanding(session, row))?.stop;
        if (stop !== undefined) await session.query(statement((parameters) => clearStopSql(row, skip, parameters)));
        return stop;
      }),

    list: () =>
      look(async (session) => {
        const scope = rowOf({ topic: '', partition: 0 });
        const rows = await session
          .query<StopRow & TopicPartition & Record<string, unknown>>(
            statement((parameters) => listStopsSql(scope, parameters)),
          )
          .then(
            (answer) => answer.rows,
            (error: unknown) => {
              if (sqlStateOf(error) === UNDEFINED_TABLE) return [];
              throw error;
            },
          );
        return rows.map((row) => stopOf(row, row)).filter((stop): stop is Stop => stop !== undefined);
      }),
  };
}
