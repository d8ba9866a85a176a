import { Buffer } from 'node:buffer';
import type { KafkaEndpoint } from '../../../lib/kafka/contract.ts';
import { consumeAll } from '../../../lib/kafka/reading.ts';

/** One message of a thousand that cannot be written. */
export interface Poison {
  readonly title: string;
  readonly value: string;
  readonly code: string;
  /** The stage that refuses it. */
  readonly at: string;
  readonly sqlState?: string;
  /** What makes the table take it. Without: only the rule can be mended. */
  readonly cure?: string;
}

export const COLUMNS = 'id int PRIMARY KEY, amount int NOT NULL CONSTRAINT not_negative CHECK (amount >= 0)';
export const COUNT = 1_000;
/** Neither the first nor the last, and no power of two. */
export const POISONED = 617;

export const POISONS: readonly Poison[] = [
  { title: 'no JSON', value: `{"id": ${POISONED}, "amount": `, code: 'JSONParsingError', at: 'parse' },
  {
    title: 'a value that the column cannot take',
    value: `{"id":${POISONED},"amount":3000000000}`,
    code: 'ValueOutOfRange',
    at: 'write',
    sqlState: '22003',
    cure: 'ALTER TABLE %.t ALTER COLUMN amount TYPE bigint',
  },
  {
    title: 'a constraint that it violates',
    value: `{"id":${POISONED},"amount":-1}`,
    code: 'CheckViolated',
    at: 'write',
    sqlState: '23514',
    cure: 'ALTER TABLE %.t DROP CONSTRAINT not_negative',
  },
];

/** The batch: good messages but for one. */
export const poisoned = ({ value }: Poison): readonly string[] =>
  Array.from({ length: COUNT }, (_, id) => (id === POISONED ? value : JSON.stringify({ id, amount: id })));

/** From 0 up to an id, without the poisoned one. */
export const idsBefore = (behind: number): readonly number[] =>
  Array.from({ length: behind }, (_, id) => id).filter((id) => id !== POISONED);

export interface Letter {
  readonly key: string;
  readonly value: string;
  /** By their names without `sluice-dead-`. */
  readonly said: Readonly<Record<string, string>>;
}

export async function lettersIn(endpoint: KafkaEndpoint, topic: string): Promise<readonly Letter[]> {
  const letters: Letter[] = [];
  await consumeAll(endpoint, topic, ({ key, value, headers }) => {
    const said = Object.entries(headers).map(([name, held]) => [name.replace('sluice-dead-', ''), String(held)]);
    letters.push({ key: String(key), value: Buffer.from(value ?? '').toString(), said: Object.fromEntries(said) });
  });
  return letters;
}
