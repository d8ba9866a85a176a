/** What passes between the harness and the process that exports. */
import type { ExportBundle } from '../../lib/rule/schema.ts';
import type { RunRecord } from '../../lib/telemetry/run-record.ts';
import type { AwsEndpoint } from '../../local/endpoints.ts';
import type { BrokenOrder } from './broken.ts';
import type { Point } from './points.ts';

export interface Fault extends Point {
  /** How often the point is passed before. */
  readonly skip: number;
  /** What happens there: death, a pause until somebody says SIGCONT, or only a word to the harness. */
  readonly how: 'SIGKILL' | 'SIGSTOP' | 'word';
}

export interface Task {
  readonly bundle: ExportBundle;
  readonly aws: AwsEndpoint;
  readonly table: string;
  readonly bucket: string;
  readonly key: string;
  /** How far the run's clock is ahead: leases of runs before it have run out. */
  readonly aheadMs: number;
  readonly leaseMs: number;
  /** Whether the run's time is over with its first batch. */
  readonly leaves: boolean;
  readonly resume: boolean;
  readonly fault?: Fault;
  readonly broken?: BrokenOrder;
}

/** Lines of JSON on the file descriptor `WORDS`, each written before anything else happens. */
export type Word =
  | ({ readonly kind: 'at' } & Point)
  /** The fault comes now. */
  | { readonly kind: 'struck' }
  | { readonly kind: 'over'; readonly record: RunRecord };

export const WORDS = 3;
