/** Where a run is made to fail: before and behind every call that the other side can see, and with a request on its way. */
import type { ExportRule } from '../../lib/rule/schema.ts';

export type LedgerKind = ExportRule['kafka']['ledger'];
export const LEDGERS: readonly LedgerKind[] = ['dynamodb', 'kafka'];

/** `under way`: the request is written, and its answer not yet read. */
export type Mode = 'before' | 'under way' | 'after';

export interface Point {
  readonly step: string;
  readonly mode: Mode;
}

const around = (...steps: string[]): Point[] =>
  steps.flatMap((step) => [
    { step, mode: 'before' },
    { step, mode: 'after' },
  ]);
const within = (...steps: string[]): Point[] =>
  steps.flatMap((step) => [
    { step, mode: 'under way' },
    { step, mode: 'after' },
  ]);

/**
 * `connect` is of the run's own transactional id, `fence` of somebody else's, `greet` a lane's first transaction. Writes of
 * the table go by their own names. With `ledger: kafka` a stop, a resume and the end are commits, named so.
 */
export const POINTS: Readonly<Record<LedgerKind, readonly Point[]>> = {
  dynamodb: [
    ...around('connect', 'greet', 'claim', 'take', 'fence', 'read', 'intent', 'send', 'letter', 'offsets'),
    ...within('commit'),
    ...around('heartbeat', 'release', 'stop', 'resume', 'done'),
  ],
  kafka: [
    ...around('connect', 'read', 'send', 'letter', 'offsets'),
    ...within('commit'),
    ...['stop', 'resume', 'done'].flatMap((step): Point[] => [{ step, mode: 'before' }, ...within(step)]),
  ],
};

/** A run holds the object once this is behind it, and has nothing more to say once it is done. */
export const HELD: Readonly<Record<LedgerKind, readonly string[]>> = { dynamodb: ['claim', 'take'], kafka: ['read'] };

export const nameOf = ({ step, mode }: Point): string =>
  mode === 'under way' ? `${step} under way` : `${mode} ${step}`;
