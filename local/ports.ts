/** The ports of the local stack: the usual ones, so that the example rules and every client's defaults fit. */
import { StackFailure } from './part.ts';

const DEFAULTS = {
  kafka: 9092,
  kafkaSasl: 9093,
  kafkaSaslTls: 9094,
  kafkaMtls: 9095,
  kafkaTls: 9096,
  kafkaController: 9097,
  aws: 4566,
  localstack: 4567,
  postgres: 5432,
  redis: 6379,
  tdengine: 6041,
} as const;

export type PortName = keyof typeof DEFAULTS;
export type Ports = Readonly<Record<PortName, number>>;

/** All ports moved by the same distance, so that two stacks can stand side by side. */
export function ports(shift = 0): Ports {
  const moved = Object.entries(DEFAULTS).map(([name, port]) => [name, port + shift] as const);
  return Object.fromEntries(moved) as Record<PortName, number>;
}

/** `SLUICE_PORT_SHIFT`: a whole number that keeps every port between 1024 and 65535. */
export function portShift(environment: NodeJS.ProcessEnv): number {
  const text = environment['SLUICE_PORT_SHIFT'] ?? '';
  if (text === '') return 0;
  const shift = Number(text);
  const all = Object.values(ports(shift));
  if (!Number.isInteger(shift) || Math.min(...all) < 1024 || Math.max(...all) > 65_535) {
    throw new StackFailure(
      `SLUICE_PORT_SHIFT=${text} does not leave every port between 1024 and 65535.`,
      'Set it to a whole number such as 1000, or unset it.',
    );
  }
  return shift;
}

/** The ports that each part listens on. */
export const PORTS_OF = {
  kafka: ['kafka', 'kafkaSasl', 'kafkaSaslTls', 'kafkaMtls', 'kafkaTls', 'kafkaController'],
  aws: ['aws'],
  localstack: ['localstack'],
  postgres: ['postgres'],
  redis: ['redis'],
  tdengine: ['tdengine'],
} as const satisfies Record<string, readonly PortName[]>;
