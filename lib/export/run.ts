import { type RecordFailure, SluiceError } from '../failure/index.ts';
import type { Provenance } from '../kafka/contract.ts';
import type { ObjectRef } from '../object/contract.ts';
import { open } from '../object/open.ts';
import { type RunError, type RunRecord, runError } from '../telemetry/run-record.ts';
import { Delivery } from './delivery.ts';
import type { ExportPlan, ExportPorts } from './plan.ts';
import { stoppedError } from './stop.ts';
import { Tally } from './tally.ts';

export interface ExportRequest {
  readonly ref: ObjectRef;
  /** What asked for the run: `s3`, `sqs`, `manual`, … */
  readonly trigger: string;
  /** Names this run in its record. */
  readonly run: string;
  /** Milliseconds since 1970, after which this process may be gone. */
  readonly deadline: number;
}

/** Kept before the deadline for acknowledging what is under way and writing the run record, in milliseconds. */
const MARGIN = 10_000;

/**
 * Takes one object through a rule, whole: reads, selects, and delivers at the rule's rate. Never throws: how it ended,
 * and why, is in the record. Every row before `position` was acknowledged by Kafka or went where `onError` says.
 */
export async function exportObject(plan: ExportPlan, ports: ExportPorts, request: ExportRequest): Promise<RunRecord> {
  const tally = new Tally(ports.clock);
  const { ref, run, trigger } = request;
  const names = {
    run,
    rule: plan.rule,
    stage: plan.stage,
    topic: plan.topic,
    trigger,
    bucket: ref.bucket,
    key: ref.key,
  };
  try {
    const stop = await carry(plan, ports, request, tally);
    return stop === undefined
      ? tally.record(names, 'done')
      : tally.record(names, 'stopped', stoppedError(stop, plan, ref));
  } catch (error) {
    const reason = located(error, plan, ref);
    if (reason.code === 'MissingObject' && tally.version === undefined) return tally.record(names, 'ignored', reason);
    return tally.record(names, isOfTheObject(error) ? 'stopped' : 'failed', reason);
  }
}

async function carry(
  plan: ExportPlan,
  ports: ExportPorts,
  request: ExportRequest,
  tally: Tally,
): Promise<RecordFailure | undefined> {
  const info = await ports.store.head(request.ref);
  const source: Provenance = { bucket: info.bucket, key: info.key, version: info.versionId ?? info.etag };
  tally.version = source.version;
  tally.bytesStored = info.size;
  const end = request.deadline - MARGIN;
  const delivery = new Delivery(plan, ports, source, tally, end);
  await delivery.connect();
  const { bytes } = await open(ports.store, info, { compression: plan.compression });
  try {
    for await (const batch of plan.select.run(counted(bytes, tally))) {
      await delivery.accept(batch);
      if (delivery.stoppedAt !== undefined) break;
      if (!batch.last && ports.clock() >= end) throw outOfTime(batch.to);
    }
  } finally {
    // Rows that were selected before the object broke are delivered before the error is told.
    await delivery.settle();
  }
  return delivery.stoppedAt;
}

async function* counted(bytes: AsyncIterable<Uint8Array>, tally: Tally): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    tally.bytesIn += chunk.length;
    yield chunk;
  }
}

/** Codes of stage `object` that speak of the object itself: asking again gives the same answer. */
const OF_THE_OBJECT = new Set(['TruncatedObject', 'CorruptObject', 'ObjectChanged', 'ObjectArchived']);

function isOfTheObject(error: unknown): boolean {
  if (!(error instanceof SluiceError) || error.retryable) return false;
  return error.stage === 'format' || error.stage === 'select' || OF_THE_OBJECT.has(error.code);
}

function outOfTime(offset: number): SluiceError {
  return new SluiceError('OutOfTime', `the function's time was over at byte ${offset} of the decompressed object`, {
    stage: 'export',
    retryable: true,
    context: { offset },
    fix: 'Give the function more time (function.timeout), raise the rate, or export smaller objects.',
  });
}

function located(error: unknown, plan: ExportPlan, ref: ObjectRef): RunError {
  const told = runError(error instanceof SluiceError ? error.at({ rule: plan.rule, ...ref }) : error);
  const ofTheQuery = told.stage === 'select' && told.context.line !== undefined;
  // `1:16: …` alone does not say what the line is a line of.
  return ofTheQuery ? { ...told, reason: `select ${told.reason}` } : told;
}
