import { type RunError, type RunRecord, runError } from '../telemetry/run-record.ts';
import { continueEvent, exportEvent } from '../trigger/index.ts';
import type { Invocation } from './invocation.ts';
import { type ExportRequest, exportObject } from './run.ts';
import { Tally } from './tally.ts';

/** One object, and what asks for it. */
export interface Asked extends Pick<ExportRequest, 'ref' | 'again' | 'resume' | 'continuation' | 'retried'> {
  readonly source: string;
}

/** Runs an export and tells of it. `hopeless`: a run that fails is not to be tried again; what asked for it is parked. */
export async function attempt(
  asked: Asked,
  run: string,
  invocation: Invocation,
  hopeless: (error: RunError | undefined) => boolean,
): Promise<RunRecord> {
  const record = await carryOut(asked, run, invocation);
  const told = record.result === 'failed' && hopeless(record.error) ? await park(asked, record, invocation) : record;
  invocation.journal.run(told);
  return told;
}

async function carryOut(asked: Asked, run: string, invocation: Invocation): Promise<RunRecord> {
  const { source, ...order } = asked;
  const { ref, continuation } = order;
  const { bundle, instance, deadline, clock, relay } = invocation;
  const trigger = continuation?.trigger ?? source;
  try {
    const { plan, ports } = await instance();
    return await exportObject(plan, relay === undefined ? ports : { ...ports, relay }, {
      ...order,
      trigger,
      run,
      deadline,
    });
  } catch (error) {
    // The rule's connections could not be opened: a run that did nothing.
    const { rule, stage } = bundle;
    const { chain, part } = continuation ?? {};
    const names = {
      run,
      ...(chain !== undefined && part !== undefined && { chain, part }),
      rule: rule.name,
      stage,
      topic: rule.kafka.topic,
      trigger,
      bucket: ref.bucket,
      key: ref.key,
    };
    return new Tally(clock).record(names, 'failed', runError(error));
  }
}

/** The record of a run whose event is parked now; if that fails, it is tried again like any other. */
async function park(asked: Asked, record: RunRecord, { later, clock, journal }: Invocation): Promise<RunRecord> {
  const { ref, continuation, again = false, resume = false } = asked;
  const { code, reason, fix } = record.error ?? { code: 'Unexpected', reason: 'the run failed' };
  const event = continuation
    ? continueEvent(ref, continuation)
    : exportEvent(ref, { ...(again && { again }), ...(resume && { resume }) });
  try {
    await later?.parked.put({
      event: JSON.stringify(event),
      object: ref,
      reason: { code, reason, ...(fix !== undefined && { fix }) },
      since: clock(),
    });
  } catch (error) {
    journal.note('an event could not be parked', { error: runError(error), ...ref });
    return record;
  }
  return later === undefined ? record : { ...record, result: 'parked' };
}
