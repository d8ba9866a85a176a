import { SluiceError } from '../failure/index.ts';
import { brokersOf, type Destination, type ErrorTraits, type Finding, toError } from './finding.ts';
import { networkFailure } from './network-failure.ts';
import { protocolFailure } from './protocol-failure.ts';

/** Turns whatever a call to Kafka threw into an error that says what to do. A SluiceError inside it comes out as it is. */
export function kafkaFailure(error: unknown, destination: Destination): SluiceError {
  const chain = causes(error);
  for (const link of chain) if (link instanceof SluiceError) return link;
  const traits = chain.map(traitsOf);
  const last = traits.at(-1)!;
  for (const trait of traits) {
    const finding = protocolFailure(trait, destination) ?? networkFailure(trait, destination);
    if (finding !== undefined) return toError(finding, destination, error);
  }
  const finding: Finding = {
    code: 'KafkaFailed',
    message: `Kafka (${brokersOf(destination)}) failed: ${last.message}`,
    fix: "Look at the broker's log at this time; the cause below names the call that failed.",
    retryable: last.retriable ?? false,
  };
  return toError(finding, destination, error);
}

/** The errors inside an error, outermost first. kafkajs wraps what it gave up on, and collects what failed in parallel. */
export function causes(error: unknown): unknown[] {
  const chain: unknown[] = [];
  let next = error;
  while (next !== undefined && next !== null && !chain.includes(next)) {
    chain.push(next);
    const { cause, errors } = next as { cause?: unknown; errors?: unknown };
    next = cause ?? (Array.isArray(errors) ? errors[0] : undefined);
  }
  return chain;
}

function traitsOf(error: unknown): ErrorTraits {
  const { name, message, code, type, broker, retriable } = error as Partial<Record<keyof ErrorTraits, unknown>>;
  return {
    name: typeof name === 'string' ? name : 'Error',
    message: typeof message === 'string' ? message : String(error),
    ...((typeof code === 'string' || typeof code === 'number') && { code }),
    ...(typeof type === 'string' && { type }),
    ...(typeof broker === 'string' && { broker }),
    ...(typeof retriable === 'boolean' && { retriable }),
  };
}
