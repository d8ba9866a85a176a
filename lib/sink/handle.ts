import type { Probe } from '../export/check/probe.ts';
import { SluiceError } from '../failure/index.ts';
import type { MessageBatch } from '../message/contract.ts';
import type { RuleBundle, SinkRule } from '../rule/schema.ts';
import { runError } from '../telemetry/run-record.ts';
import type { SinkJournal } from '../telemetry/sink-journal.ts';
import type { SinkResult, SinkRunRecord } from '../telemetry/sink-run-record.ts';
import { parseSinkEvent, type SinkTrigger } from '../trigger/sink-event.ts';
import type { Stop } from './contract.ts';
import { deliver } from './deliver.ts';
import type { SinkInstance } from './instance.ts';
import { resumeStops } from './resume.ts';
import { stoppedError } from './stopped.ts';
import { SinkTally } from './tally.ts';

/** One invocation of a sink's function. */
export interface SinkInvocation {
  readonly bundle: RuleBundle<SinkRule>;
  readonly journal: SinkJournal;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly requestId: string;
  readonly deadline: number;
  /** Opens the rule's connections, or hands on those that are open. */
  readonly instance: () => Promise<SinkInstance>;
  readonly check: () => Promise<readonly Probe[]>;
}

export type SinkAnswer =
  | { readonly run?: SinkRunRecord }
  | { readonly probes: readonly Probe[] }
  | { readonly stops: readonly Stop[]; readonly forgotten?: number };

/** Kept from the time of a function, for what is told at its end. */
const MARGIN_MS = 5_000;

/**
 * Does what an event asks for. The partitions of an event are delivered one after the other; one that stands still holds
 * up no other of its event.
 *
 * @throws SluiceError when a partition stands still or something outside the messages failed: the event must not count as
 * consumed, and AWS brings it again, for as long as that lasts. What was written of it is recognised then.
 */
export async function handleSink(event: unknown, invocation: SinkInvocation): Promise<SinkAnswer> {
  const trigger = parsed(event, invocation);
  if (trigger.kind === 'messages') return trigger.batches.length === 0 ? {} : deliverAll(trigger.batches, invocation);
  const { command } = trigger;
  if (command.sluice === 'check') return { probes: await invocation.check() };
  const { ports } = await invocation.instance();
  if (command.sluice === 'stops') return { stops: await ports.stops.list() };
  return resumeStops(ports, command);
}

function parsed(event: unknown, { journal }: SinkInvocation): SinkTrigger {
  try {
    return parseSinkEvent(event);
  } catch (error) {
    journal.note('an event was not understood', { error: runError(error) });
    throw error;
  }
}

async function deliverAll(batches: readonly MessageBatch[], invocation: SinkInvocation): Promise<SinkAnswer> {
  const { bundle, journal, clock, requestId, deadline, instance } = invocation;
  const { rule, stage } = bundle;
  const tally = new SinkTally(clock);
  let failure: unknown;
  let result: SinkResult = 'done';
  try {
    const { plan, ports } = await instance();
    for (const batch of batches) {
      const stop = await deliver(batch, plan, ports, { tally, giveUpAt: deadline - MARGIN_MS });
      if (stop === undefined) continue;
      result = 'stopped';
      failure ??= stoppedError(stop, rule.name);
    }
  } catch (error) {
    result = 'failed';
    failure = error instanceof SluiceError ? error.at({ rule: rule.name }) : error;
  }
  const names = { run: requestId, rule: rule.name, stage, trigger: 'kafka' as const };
  const record = tally.record(names, result, failure === undefined ? undefined : runError(failure));
  journal.run(record);
  if (failure !== undefined) throw failure;
  return { run: record };
}
