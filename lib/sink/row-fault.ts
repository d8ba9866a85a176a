import { type FailureOptions, SluiceError } from '../failure/index.ts';

/** A fault that lies in the rows of a slice: sent again it would be met again. */
export class RowFault extends SluiceError {
  /** The index in `slice.changes` where the server said which row it is; else the slice is halved. */
  readonly row: number | undefined;
  /** What the database calls it. */
  readonly sqlState: string | undefined;
  /**
   * Changes of the same topic that lie in other partitions may cure it: a key that changed there, a unique value that is
   * given up there. Apply those first, then this one again; only a fault that stays lies in the row.
   */
  readonly awaitsOthers: boolean;

  constructor(
    code: string,
    message: string,
    options: Omit<FailureOptions, 'stage' | 'retryable'> & {
      readonly row?: number;
      readonly sqlState?: string;
      readonly awaitsOthers?: boolean;
    } = {},
  ) {
    const { row, sqlState, awaitsOthers, ...rest } = options;
    super(code, message, { ...rest, stage: 'sink' });
    this.row = row;
    this.sqlState = sqlState;
    this.awaitsOthers = awaitsOthers ?? false;
  }
}
