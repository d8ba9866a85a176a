import { SluiceError } from '../../failure/index.ts';
import type { Session } from './connection.ts';
import { sqlStateOf } from './failure.ts';
import { UnknownFields } from './row.ts';

/**
 * Runs `work` between BEGIN and COMMIT; rolls back if it throws, or if `first`, which goes with BEGIN in one message,
 * changes no row.
 *
 * @returns undefined if `first` changed no row
 */
export async function transaction<T>(session: Session, first: string, work: () => Promise<T>): Promise<T | undefined> {
  try {
    const results: unknown = await session.query(`BEGIN; ${first}`);
    // Of several statements in one message the client gives a list.
    const claimed = (results as readonly { readonly rowCount: number | null }[])[1]?.rowCount ?? 0;
    const result = claimed === 0 ? undefined : await work();
    await session.query(claimed === 0 ? 'ROLLBACK' : 'COMMIT');
    return result;
  } catch (error) {
    // A connection that is gone has rolled back by itself, and one that does not answer would not answer this either.
    const goesOn = sqlStateOf(error) !== undefined || error instanceof SluiceError || error instanceof UnknownFields;
    if (goesOn) await session.query('ROLLBACK');
    throw error;
  }
}
