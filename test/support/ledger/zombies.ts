/** Runs that stop in their middle, are taken for dead, and come back when others have done their work. */
import type { Hold, Ledger, RecordSender } from '../../../lib/ledger/contract.ts';

export const PAUSES = ['before a commit', 'while it sends', 'after a commit'] as const;
export type Pause = (typeof PAUSES)[number];

export interface PausedLedger {
  readonly ledger: Ledger;
  /** Resolves when the run stands still. */
  readonly paused: Promise<'paused'>;
}

/** A ledger whose first hold stands still at its `nth` commit, until `wake` resolves. */
export function pausing(ledger: Ledger, pause: Pause, nth: number, wake: Promise<void>): PausedLedger {
  let tell: (paused: 'paused') => void = () => undefined;
  const paused = new Promise<'paused'>((resolve) => {
    tell = resolve;
  });
  let left = nth;
  const rest = async () => {
    tell('paused');
    await wake;
  };
  const wrapped = (hold: Hold): Hold => ({
    get position() {
      return hold.position;
    },
    oversized: (batch, source) => hold.oversized(batch, source),
    endsApart: hold.endsApart,
    prepare: (batch, source) => hold.prepare(batch, source),
    end: (at, end) => hold.end(at, end),
    heartbeat: () => hold.heartbeat(),
    async commit(to, send, end) {
      const here = --left === 0;
      if (here && pause === 'before a commit') await rest();
      const sending = async (sender: RecordSender) => {
        await send(sender);
        if (here && pause === 'while it sends') await rest();
      };
      await hold.commit(to, sending, end);
      if (here && pause === 'after a commit') await rest();
    },
  });
  return {
    paused,
    ledger: {
      open: async (object) => {
        const opening = await ledger.open(object);
        return opening.kind === 'open' ? { kind: 'open', hold: wrapped(opening.hold) } : opening;
      },
      resume: (object) => ledger.resume(object),
      again: (object) => ledger.again(object),
      stopped: () => ledger.stopped(),
      close: () => ledger.close(),
    },
  };
}
