import { SluiceError } from '../failure/index.ts';
import { runError } from '../telemetry/run-record.ts';
import type { Continuation } from '../trigger/index.ts';
import type { Leave } from './departure.ts';
import type { ExportPlan, RunPorts } from './plan.ts';
import { outOfTime } from './reading.ts';
import type { Ending, ExportRequest } from './run.ts';
import type { Tally } from './tally.ts';

/** At 15 minutes each more than three months: who gets there is caught in something. */
const LONGEST = 10_000;

/** The chain that a run is a part of: every run is told apart from the chain's others by its place. */
export function placeIn(request: ExportRequest): { readonly chain: string; readonly part: number } {
  const { chain = request.run, part = 0 } = request.continuation ?? {};
  return { chain, part };
}

/** Hands the object on to the next run of its chain. Its ledger has let go of it by now. */
export async function handOn(
  plan: ExportPlan,
  { relay }: Pick<RunPorts, 'relay'>,
  request: ExportRequest,
  tally: Tally,
  leave: Leave,
): Promise<Ending> {
  const { ref, trigger } = request;
  const { chain, part } = placeIn(request);
  const refused =
    relay === undefined ? outOfTime(plan.select, tally.position) : (noProgress(plan, tally) ?? tooLong(chain, part));
  if (relay === undefined || refused !== undefined) return { result: 'failed', error: runError(refused) };
  const continuation: Continuation = {
    version: tally.version ?? '',
    chain,
    part: part + 1,
    position: { byte: tally.position, counts: tally.counts() },
    trigger: request.continuation?.trigger ?? trigger,
    rule: plan.hash,
  };
  try {
    await relay.handOn(ref, continuation, leave.afterSeconds);
    return { result: 'continued' };
  } catch (cause) {
    return { result: 'failed', error: runError(notHandedOn(tally.position, cause)) };
  }
}

function noProgress({ select }: ExportPlan, tally: Tally): SluiceError | undefined {
  if (tally.progress > 0) return undefined;
  const place = select.access === 'random' ? `row ${tally.position}` : `byte ${tally.position}`;
  return new SluiceError('NoProgress', `the run got no further than ${place}, where it began, in all of its time`, {
    stage: 'export',
    retryable: true,
    context: { offset: tally.position },
    fix: 'Give the function more time (function.timeout) or memory, or raise the rate. A compressed object is read again up to there each time: smaller objects help, or a splittable way of writing them.',
  });
}

function tooLong(chain: string, part: number): SluiceError | undefined {
  if (part + 1 < LONGEST) return undefined;
  return new SluiceError('EndlessChain', `the object has been through ${LONGEST} runs of chain ${chain}`, {
    stage: 'export',
    fix: 'Look at its runs (sluice logs) for what holds it up: a rate that is far too low, or a function that has too little time. What was exported stays so, and another event for the object goes on behind it.',
  });
}

function notHandedOn(byte: number, cause: unknown): SluiceError {
  const name = cause instanceof Error ? cause.name : 'unknown';
  return new SluiceError('NotHandedOn', `the run stands at ${byte}, and no other could be started to go on (${name})`, {
    stage: 'export',
    retryable: true,
    context: { offset: byte },
    fix: "Its role needs lambda:InvokeFunction on itself and sqs:SendMessage on its queue, and in a VPC a way to Lambda's and SQS's endpoints. The event is tried again, and goes on where it stands.",
    cause,
  });
}
