import { SluiceError } from '../failure/index.ts';
import type { Provenance } from '../kafka/contract.ts';
import type { ObjectRef } from '../object/contract.ts';
import { type RunError, type RunRecord, type RunResult, runError } from '../telemetry/run-record.ts';
import type { Continuation } from '../trigger/index.ts';
import { exportAtLeastOnce } from './at-least-once.ts';
import { handOn, placeIn } from './chain.ts';
import { headOfContinued, versionOf } from './continued.ts';
import { Departure, type Leave } from './departure.ts';
import { exportExactlyOnce } from './exactly-once.ts';
import type { ExportPlan, Ports } from './plan.ts';
import { isOfTheObject } from './reading.ts';
import { Tally } from './tally.ts';

export interface ExportRequest {
  readonly ref: ObjectRef;
  /** What asked for the run: `s3`, `sqs`, `manual`, … */
  readonly trigger: string;
  /** Names this run in its record. */
  readonly run: string;
  /** Milliseconds since 1970, after which this process may be gone. */
  readonly deadline: number;
  /** Export it although the ledger says that it is done. */
  readonly again?: boolean;
  /** Go on with it although it stands still. */
  readonly resume?: boolean;
  /** An attempt of the same order may have come before this one. */
  readonly retried?: boolean;
  /** Another run began it. */
  readonly continuation?: Continuation;
}

/** How a run ended that was not ended by an error. */
export interface Ending {
  readonly result: RunResult;
  readonly error?: RunError;
  /** With `continued`: how the next run is to begin. */
  readonly leave?: Leave;
}

/**
 * Takes one object through a rule: reads, selects, and delivers at the rule's rate. Never throws: how it ended, and why,
 * is in the record. Every row before `position` was acknowledged by Kafka or went where `onError` says.
 */
export async function exportObject(plan: ExportPlan, ports: Ports, request: ExportRequest): Promise<RunRecord> {
  const tally = new Tally(ports.clock);
  const { ref, run, trigger } = request;
  const place = placeIn(request);
  const names = {
    run,
    ...(request.continuation === undefined ? {} : place),
    rule: plan.rule,
    stage: plan.stage,
    topic: plan.topic,
    trigger,
    bucket: ref.bucket,
    key: ref.key,
  };
  try {
    const ending = await carry(plan, ports, request, tally);
    const { leave = {} } = ending;
    const told = ending.result === 'continued' ? await handOn(plan, ports, request, tally, leave) : ending;
    return tally.record(told.result === 'continued' ? { ...names, ...place } : names, told.result, told.error);
  } catch (error) {
    const reason = located(error, plan, ref);
    if (reason.code === 'MissingObject' && tally.version === undefined) return tally.record(names, 'ignored', reason);
    return tally.record(names, isOfTheObject(error) ? 'stopped' : 'failed', reason);
  }
}

async function carry(plan: ExportPlan, ports: Ports, request: ExportRequest, tally: Tally): Promise<Ending> {
  const departure = new Departure(request.deadline, ports, plan.select, tally);
  const work = begin(plan, ports, request, tally, departure);
  work.catch(() => undefined);
  try {
    return await Promise.race([work, departure.tooLate]);
  } finally {
    departure.close();
  }
}

async function begin(
  plan: ExportPlan,
  ports: Ports,
  request: ExportRequest,
  tally: Tally,
  departure: Departure,
): Promise<Ending> {
  const { ref, continuation } = request;
  const info =
    continuation === undefined
      ? await ports.store.head(ref)
      : await headOfContinued(plan, ports, { ref, continuation }, tally, departure);
  const source: Provenance = { bucket: info.bucket, key: info.key, version: versionOf(info) };
  tally.version = source.version;
  tally.bytesStored = info.size;
  return 'ledger' in ports
    ? exportExactlyOnce(plan, ports, request, { info, source }, tally, departure)
    : exportAtLeastOnce(plan, ports, request, { info, source }, tally, departure);
}

function located(error: unknown, plan: ExportPlan, ref: ObjectRef): RunError {
  const told = runError(error instanceof SluiceError ? error.at({ rule: plan.rule, ...ref }) : error);
  const ofTheQuery = told.stage === 'select' && told.context.line !== undefined;
  // `1:16: …` alone does not say what the line is a line of.
  return ofTheQuery ? { ...told, reason: `select ${told.reason}` } : told;
}
