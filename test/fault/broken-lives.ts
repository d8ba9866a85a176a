/** Lives in which an order that only looks right shows itself; with the ledgers' own order each record is there once. */
import type { BrokenOrder } from './broken.ts';
import type { Life } from './life.ts';
import type { LedgerKind } from './points.ts';
import type { Fault } from './task.ts';

export interface BrokenLife {
  readonly order: BrokenOrder;
  readonly ledger: LedgerKind;
  readonly harm: 'doubled' | 'lost';
  readonly live: (life: Life) => Promise<void>;
}

const pause = (step: string, mode: Fault['mode'], skip = 1): Fault => ({ step, mode, skip, how: 'SIGSTOP' });
const kill = (step: string, mode: Fault['mode'], skip = 1): Fault => ({ step, mode, skip, how: 'SIGKILL' });

async function meeting(life: Life, ...faults: readonly Fault[]): Promise<void> {
  for (const fault of faults) if (!(await life.meet(fault))) throw new Error(`${fault.mode} ${fault.step}: not met`);
}

export const BROKEN_LIVES: readonly BrokenLife[] = [
  {
    order: 'reads before it connects',
    ledger: 'kafka',
    harm: 'doubled',
    async live(life) {
      await meeting(life, pause('read', 'after', 0));
      await life.finish();
    },
  },
  {
    order: 'intent without its condition',
    ledger: 'dynamodb',
    harm: 'doubled',
    async live(life) {
      await meeting(life, pause('intent', 'before'), kill('commit', 'after', 2));
      await life.wake();
      await life.finish();
    },
  },
  {
    order: 'reads without fencing',
    ledger: 'dynamodb',
    harm: 'doubled',
    async live(life) {
      await meeting(life, pause('offsets', 'after'));
      await life.finish();
    },
  },
  {
    order: 'takes an intent for its batch',
    ledger: 'dynamodb',
    harm: 'lost',
    async live(life) {
      await meeting(life, kill('intent', 'after'));
      await life.finish();
    },
  },
];
