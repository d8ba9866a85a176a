import type { InputFormat, OutputFormat } from '../format/options.ts';
import type { Connections } from './schema/connections.ts';
import type { ExportRule } from './schema/export.ts';

export type {
  ConnectionKind,
  Connections,
  KafkaConnection,
  PostgresConnection,
  RedisConnection,
  TdengineConnection,
} from './schema/connections.ts';
export type { ExportRule, OnError, Trigger } from './schema/export.ts';

/** What a function runs by: `.sluice/<stage>/<rule>.json` in its package. `connections` holds only those that the rule names. */
export interface RuleBundle {
  readonly stage: string;
  readonly rule: ExportRule;
  readonly connections: Connections;
  /** Of everything above, in hexadecimal: tells a rule that changed since it was deployed. */
  readonly hash: string;
}

export function inputFormat(source: ExportRule['source']): InputFormat {
  if (source.format === 'csv') return { kind: 'csv', csv: source.csv };
  if (source.format === 'jsonl' || source.format === 'json' || source.format === 'parquet')
    return { kind: source.format };
  return { kind: 'log', preset: source.format };
}

export function outputFormat(kafka: ExportRule['kafka']): OutputFormat {
  return kafka.value === 'csv' ? { kind: 'csv', ...kafka.csv } : { kind: kafka.value };
}
