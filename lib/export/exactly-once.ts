import { SluiceError } from '../failure/index.ts';
import type { Provenance } from '../kafka/contract.ts';
import type { End, Hold, Ledger, LedgerObject, Opening, StopReason } from '../ledger/contract.ts';
import type { ObjectInfo, ObjectRef } from '../object/contract.ts';
import { type RunError, runError } from '../telemetry/run-record.ts';
import type { Departure, Leave } from './departure.ts';
import { ExactDelivery, type ExactRun } from './exact-delivery.ts';
import { Patience } from './patience.ts';
import type { ExactPorts, ExportPlan } from './plan.ts';
import { batchesOf, endlessAggregate, isOfTheObject } from './reading.ts';
import type { Ending, ExportRequest } from './run.ts';
import { resuming, stoppedError } from './stop.ts';
import type { Tally } from './tally.ts';

/**
 * Takes the object on from where its ledger says that it is. When Kafka or the ledger fails, the object is opened anew:
 * only the ledger knows whether what was under way has arrived.
 */
export async function exportExactlyOnce(
  plan: ExportPlan,
  ports: ExactPorts,
  request: ExportRequest,
  { info, source }: { readonly info: ObjectInfo; readonly source: Provenance },
  tally: Tally,
  departure: Departure,
): Promise<Ending> {
  const { ledger } = ports;
  const { ref } = request;
  const object = { ...source, lastModified: info.lastModified.getTime() };
  const patience = new Patience(ports, tally, departure.at);
  const stopped = (error: RunError): StopReason => {
    const { code, reason, fix = `When it is mended: ${resuming(plan, ref.key)}.` } = error;
    return { code, reason, fix };
  };
  const run: ExactRun = {
    plan,
    ports,
    source,
    tally,
    patience,
    signal: departure.signal,
    stopped: (failure) => stopped(stoppedError(failure, plan, ref, true)),
  };

  async function carry(hold: Hold): Promise<Ending> {
    // The row of an aggregate is its last word: after it there is only the end to be told.
    if (plan.select.aggregate && tally.matched > 0) {
      await hold.end(hold.position, { kind: 'done' });
      return { result: 'done' };
    }
    if (plan.select.aggregate) tally.scanned = 0;
    const delivery = new ExactDelivery(run, hold);
    let leave: Leave | undefined;
    let failure: unknown;
    try {
      for await (const batch of batchesOf(plan, ports, info, tally, () => departure.ahead())) {
        await delivery.accept(batch);
        leave = delivery.stoppedAt === undefined && !batch.last ? departure.due() : undefined;
        if (delivery.stoppedAt !== undefined || leave !== undefined) break;
      }
      if (leave !== undefined && plan.select.aggregate) failure = endlessAggregate(plan, tally.bytesIn);
    } catch (error) {
      failure = error;
    }
    try {
      await delivery.finish(endOf(failure, leave));
    } catch (error) {
      failure = error;
    }
    if (departure.ended(failure)) return { result: 'continued', leave: departure.due() ?? {} };
    if (failure !== undefined) throw failure;
    if (leave !== undefined) return { result: 'continued', leave };
    const stop = delivery.stoppedAt;
    return stop === undefined ? { result: 'done' } : { result: 'stopped', error: stoppedError(stop, plan, ref, true) };
  }

  function endOf(failure: unknown, leave: Leave | undefined): End {
    if (isOfTheObject(failure)) return { kind: 'stopped', reason: stopped(runError(failure)) };
    return failure === undefined && leave === undefined ? { kind: 'done' } : { kind: 'released' };
  }

  await order(ledger, object, request);
  let held = false;
  return patience.attempt(async () => {
    const opening = await ledger.open(object);
    if (opening.kind === 'busy') return answered(opening, plan, ref);
    tally.goOnFrom(opening.kind === 'open' ? opening.hold.position : opening.position);
    if (opening.kind !== 'open') {
      // The last commit arrived, and only its answer was lost.
      return held && opening.kind === 'done' ? { result: 'done' } : answered(opening, plan, ref);
    }
    held = true;
    return carry(opening.hold);
  }, mayOpenAgain);
}

/** What is asked of the ledger before the object is opened. An attempt before this one may have done it already. */
async function order(ledger: Ledger, object: LedgerObject, { again, resume, retried }: ExportRequest): Promise<void> {
  try {
    if (again === true) await ledger.again(object);
    if (resume === true) await ledger.resume(object);
  } catch (error) {
    const begun = error instanceof SluiceError && (error.code === 'NotDone' || error.code === 'NotStopped');
    if (retried !== true || !begun) throw error;
  }
}

/** Whoever has taken the object over goes on with it: to open it again would only take it from them. */
function mayOpenAgain({ stage, code }: SluiceError): boolean {
  return (stage === 'kafka' || stage === 'ledger') && code !== 'TakenOver';
}

/** What is said of an object that there is nothing to do about. */
function answered(opening: Exclude<Opening, { kind: 'open' }>, plan: ExportPlan, ref: ObjectRef): Ending {
  const { rule, stage } = plan;
  const told = (code: string, reason: string, fix: string, retryable = false): RunError => ({
    code,
    stage: 'ledger',
    reason,
    fix,
    retryable,
    context: { rule, ...ref },
  });
  switch (opening.kind) {
    case 'done': {
      const { sent = 0 } = opening.position.counts;
      const reason = `the object was exported at ${isoTime(opening.finished)}: ${sent} records`;
      const fix = `Nothing to do. To send its records once more: sluice trigger ${rule} '${ref.key}' --again --stage ${stage}`;
      return { result: 'ignored', error: told('AlreadyExported', reason, fix) };
    }
    case 'stopped': {
      const { code, reason, fix = `When it is mended: ${resuming(plan, ref.key)}.` } = opening.reason;
      return { result: 'stopped', error: told(code, `stopped since ${isoTime(opening.since)}: ${reason}`, fix) };
    }
    case 'busy': {
      const reason = `another run has the object; it shows by ${isoTime(opening.until)} whether it is still at it`;
      return { result: 'failed', error: told('Busy', reason, 'Nothing to do: it is tried again.', true) };
    }
  }
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
