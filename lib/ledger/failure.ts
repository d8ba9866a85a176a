import { SluiceError } from '../failure/index.ts';

/** Another run has the object now, and goes on with it. */
export function takenOver(cause?: unknown): SluiceError {
  return new SluiceError('TakenOver', 'another run has taken the object over', {
    stage: 'ledger',
    retryable: true,
    fix: 'Nothing to do: the other run goes on from what was committed. If it happens often, runs pause for longer than their lease: give the function more memory.',
    cause,
  });
}

export function objectTooOld(lastModified: number, dedupeMs: number): SluiceError {
  return new SluiceError(
    'ObjectTooOld',
    `the object is of ${new Date(lastModified).toISOString()}, and with ledger: kafka a finished object is known for ${dedupeMs / 3_600_000} hours (dedupe): whether it was exported cannot be told`,
    {
      stage: 'ledger',
      fix: 'Look whether the topic has its records; if not, export it with --again. ledger: dynamodb remembers for longer.',
    },
  );
}

export function notDone(state: 'running' | 'stopped'): SluiceError {
  return new SluiceError('NotDone', `the object is ${state}, and only a finished one can be exported again`, {
    stage: 'ledger',
    fix:
      state === 'stopped'
        ? 'Resume it: sluice resume RULE KEY. It goes on behind what is in Kafka.'
        : 'Wait until its run is over, or trigger it: it goes on behind what is in Kafka.',
  });
}

export function notStopped(state: 'running' | 'done' | undefined): SluiceError {
  return new SluiceError('NotStopped', `the object is ${state ?? 'not known'}, and only a stopped one can be resumed`, {
    stage: 'ledger',
    fix: 'See what stands still: sluice list. Start an object with sluice trigger RULE KEY.',
  });
}

/** Whether the broker is only starting or settling something, so that the same question may be answered in a moment. */
export function isNotReady(error: unknown): boolean {
  return error instanceof SluiceError && error.code === 'BrokerNotReady';
}

/** A fence says who has the object; any other failure stays as it is. */
export function asFailure(error: unknown): unknown {
  return error instanceof SluiceError && error.code === 'ProducerFenced' ? takenOver(error) : error;
}
