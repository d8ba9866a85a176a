import type { Provenance } from '../../kafka/contract.ts';
import type { KafkaMessage } from '../../kafka/reading.ts';

/** A record that failed, as its dead letter keeps it. */
export interface Letter {
  readonly source: Provenance;
  /** Where the record begins in its object; of Parquet, which row it is. */
  readonly offset: number;
  /** Of the record, in bytes: `raw` may hold less. */
  readonly length: number;
  readonly code: string;
  readonly raw: Uint8Array;
}

/** Whose letters they are: several rules may write to one topic or log group. */
export interface Addressee {
  readonly rule: string;
  readonly stage: string;
}

/** Undefined: it is no letter of this rule's. */
export function letterOf(
  { headers, value }: Pick<KafkaMessage, 'headers' | 'value'>,
  to: Addressee,
): Letter | undefined {
  const fact = (name: string) => headers[`sluice-${name}`]?.toString();
  return letterFrom(fact, value ?? undefined, to);
}

/** The same of a line of a log group. */
export function letterIn(line: string, to: Addressee): Letter | undefined {
  let facts: unknown;
  try {
    facts = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof facts !== 'object' || facts === null) return undefined;
  const fact = (name: string) => {
    const value: unknown = Reflect.get(facts, name);
    return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
  };
  const raw = fact('raw');
  return letterFrom(fact, raw === undefined ? undefined : Buffer.from(raw, 'base64'), to);
}

function letterFrom(
  fact: (name: string) => string | undefined,
  raw: Uint8Array | undefined,
  to: Addressee,
): Letter | undefined {
  if (fact('rule') !== to.rule || fact('stage') !== to.stage || raw === undefined) return undefined;
  const [bucket, key, version, code] = ['bucket', 'key', 'version', 'code'].map(fact);
  const [offset, length] = [Number(fact('offset')), Number(fact('length'))];
  if (bucket === undefined || key === undefined || version === undefined || code === undefined) return undefined;
  if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length)) return undefined;
  return { source: { bucket, key, version }, offset, length, code, raw };
}
