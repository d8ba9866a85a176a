/** Takes objects that are there already through a rule, several side by side. Pure of AWS: what lists and what runs come in. */
import { SluiceError } from '../failure/index.ts';
import type { ObjectRef } from '../object/contract.ts';
import type { RunError } from '../telemetry/run-record.ts';
import { type Follow, follow, type Settled } from './backfill/follow.ts';

/** An object, and its stored bytes where they are known. */
export interface BackfillObject extends ObjectRef {
  readonly size?: number;
}

export interface BackfillPorts extends Follow<BackfillObject> {
  readonly objects: AsyncIterable<BackfillObject>;
  /** How many objects are under way side by side. */
  readonly concurrency: number;
  /** Aborted: no further object is begun, and what is under way is waited for. */
  readonly interrupted: AbortSignal;
  /** Called whenever an object is settled. */
  readonly progress: (so: BackfillTally) => void;
}

/** An object that was not exported whole, and why. */
export interface LeftObject {
  readonly key: string;
  readonly error: RunError;
}

export interface BackfillTally {
  /** Objects that are settled, whichever way, and their stored bytes. */
  readonly objects: number;
  readonly bytes: number;
  readonly exported: number;
  /** Records that were sent for them. */
  readonly sent: number;
  /** Exported before, by an event or an earlier backfill. */
  readonly already: number;
  /** Gone since they were listed. */
  readonly gone: number;
  readonly stopped: number;
  readonly failed: number;
  /** Still with another run when the backfill was interrupted. */
  readonly underWay: number;
}

export interface Backfill extends BackfillTally {
  /** Stopped and failed ones, in the order in which they ended; at most KEPT. */
  readonly left: readonly LeftObject[];
  /** Every object up to this key is settled. */
  readonly upTo?: string;
  /** What made it end before all objects were begun: an interruption, or what no further object would have passed. */
  readonly ended?: 'interrupted' | SluiceError;
}

const KEPT = 1_000;

export async function backfill(ports: BackfillPorts): Promise<Backfill> {
  const { objects, concurrency, interrupted, progress } = ports;
  const tally: { -readonly [Name in keyof BackfillTally]: number } = {
    objects: 0,
    bytes: 0,
    exported: 0,
    sent: 0,
    already: 0,
    gone: 0,
    stopped: 0,
    failed: 0,
    underWay: 0,
  };
  const left: LeftObject[] = [];
  const listing = objects[Symbol.asyncIterator]();
  /** In the order of the listing, from the first that is not settled. */
  const begun: { readonly key: string; settled: boolean }[] = [];
  let upTo: string | undefined;
  let broken: SluiceError | undefined;

  function count(object: BackfillObject, { kind, sent, error }: Settled): void {
    tally.objects++;
    tally.bytes += object.size ?? 0;
    tally.sent += sent;
    tally[kind]++;
    if (error !== undefined && left.length < KEPT) left.push({ key: object.key, error });
    progress(tally);
  }

  async function work(): Promise<void> {
    while (!interrupted.aborted && broken === undefined) {
      try {
        // Calls of a generator wait for one another: objects are begun in the order of the listing.
        const next = await listing.next();
        if (next.done === true) return;
        const entry = { key: next.value.key, settled: false };
        begun.push(entry);
        count(next.value, await follow(next.value, ports, interrupted));
        entry.settled = true;
        while (begun[0]?.settled === true) upTo = begun.shift()?.key;
      } catch (error) {
        if (!(error instanceof SluiceError)) throw error;
        broken ??= error;
      }
    }
  }

  await Promise.all(Array.from({ length: concurrency }, work));
  const ended = broken ?? (interrupted.aborted ? 'interrupted' : undefined);
  return { ...tally, left, ...(upTo === undefined ? {} : { upTo }), ...(ended === undefined ? {} : { ended }) };
}
