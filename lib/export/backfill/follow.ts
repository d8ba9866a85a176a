import { SluiceError } from '../../failure/index.ts';
import type { ObjectRef } from '../../object/contract.ts';
import { type RunError, type RunRecord, runError } from '../../telemetry/run-record.ts';

/** What a run may disregard: that the object is done (it begins anew), or that it stands still (it goes on). */
export type Although = 'again' | 'resume';

/** What running one object takes. */
export interface Follow<T extends ObjectRef = ObjectRef> {
  readonly run: (object: T, although: Although | undefined) => Promise<RunRecord>;
  /** Run it although it is done, or stands still. */
  readonly although?: Although;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly pause: (ms: number) => Promise<void>;
}

/** How it ended for an object. */
export interface Settled {
  readonly kind: 'exported' | 'already' | 'gone' | 'stopped' | 'failed' | 'underWay';
  /** Records that this object has sent, by whichever run. */
  readonly sent: number;
  readonly error?: RunError;
}

/** Codes of failures that the next object would meet too. */
const HOPELESS = /^(MissingFunction|InvalidCredentials|AccessDenied|Usage)$/;

const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 15_000;
/** Attempts after failures that may pass; each run has had its own patience before. */
const ATTEMPTS = 3;
/** No run is without a sign of life for longer, in milliseconds: a function is ended after 15 minutes. */
const STANDSTILL = 20 * 60_000;

/**
 * Runs an object until it is settled. What another run has, or what goes on in another invocation, is asked for again
 * until it has ended: the ledger sees to it that nothing is sent twice. Throws SluiceError for what no object would pass.
 */
export async function follow<T extends ObjectRef>(
  object: T,
  ports: Follow<T>,
  interrupted: AbortSignal,
): Promise<Settled> {
  const { clock, pause } = ports;
  let { although } = ports;
  let begun = false;
  let failures = 0;
  let lastSign: string | undefined;
  let moved = clock();
  for (let wait = FIRST_PAUSE; ; wait = Math.min(wait * 2, LONGEST_PAUSE)) {
    const record = await attempted(object, ports, although);
    const { result, error, sent = 0 } = record;
    if (result === 'done') return { kind: 'exported', sent };
    if (result === 'stopped') return { kind: 'stopped', sent, ...(error && { error }) };
    if (error?.code === 'AlreadyExported') return begun ? { kind: 'exported', sent } : { kind: 'already', sent: 0 };
    if (result === 'ignored') return { kind: 'gone', sent: 0 };
    if (although !== undefined && (error?.code === 'NotDone' || error?.code === 'NotStopped')) {
      // There is nothing to disregard (any more): an attempt before this one came so far, or it is on its way already.
      although = undefined;
      continue;
    }
    const held = record.result === 'continued' || error?.code === 'Busy';
    if (!held && (error?.retryable !== true || ++failures >= ATTEMPTS)) {
      return { kind: 'failed', sent, ...(error && { error }) };
    }
    if (record.result === 'continued') {
      begun = true;
      although = undefined;
    }
    // A run that lives commits, or at least renews the lease that the refusal names.
    const sign = `${record.position} ${error?.reason}`;
    if (sign !== lastSign) moved = clock();
    lastSign = sign;
    if (interrupted.aborted) return { kind: 'underWay', sent: 0 };
    if (held && clock() - moved > STANDSTILL) return { kind: 'failed', sent, ...(error && { error }) };
    await pause(wait);
  }
}

/** An invocation that was not carried out is a failure of this object alone, where it may pass. */
async function attempted<T extends ObjectRef>(
  object: T,
  { run }: Follow<T>,
  although: Although | undefined,
): Promise<Partial<RunRecord>> {
  try {
    return await run(object, although);
  } catch (error) {
    if (!(error instanceof SluiceError) || HOPELESS.test(error.code)) throw error;
    return { result: 'failed', error: runError(error) };
  }
}
