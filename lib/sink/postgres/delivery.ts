import type { Applied } from '../contract.ts';
import type { Session } from './connection.ts';
import type { OffsetsRow, Settled } from './statement/offsets.ts';

/** One attempt to move a partition from one standing to another, with what lies between. */
export interface Attempt {
  readonly session: Session;
  readonly row: OffsetsRow;
  readonly from: Settled;
  readonly to: Settled;
}

/** What an attempt came to. Undefined: somebody else has moved the partition meanwhile, and nothing was done. */
export type Outcome =
  | (Pick<Applied, 'written' | 'deleted'> & {
      readonly repeated?: number;
      readonly waiting?: number;
      readonly to: Settled;
    })
  | undefined;
