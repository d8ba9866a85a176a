import type { InputFormat, OutputFormat } from '../format/options.ts';
import type { Connections } from './schema/connections.ts';
import type { ExportRule } from './schema/export.ts';
import type { PostgresSinkRule } from './schema/postgres-sink.ts';
import type { TdengineSinkRule } from './schema/tdengine-sink.ts';

export type {
  ConnectionKind,
  Connections,
  KafkaConnection,
  PostgresConnection,
  RedisConnection,
  TdengineConnection,
} from './schema/connections.ts';
export type { ExportRule, Trigger } from './schema/export.ts';
export type { OnError } from './schema/parts.ts';
export type { PostgresSinkRule } from './schema/postgres-sink.ts';
export type { SinkSource } from './schema/source.ts';
export type { TdengineSinkRule } from './schema/tdengine-sink.ts';

export type SinkRule = PostgresSinkRule | TdengineSinkRule;
export type Rule = ExportRule | SinkRule;
export type RuleKind = Rule['kind'];
export type RuleOf<K extends RuleKind> = Extract<Rule, { readonly kind: K }>;

/** What a function runs by: `.sluice/<stage>/<rule>.json` in its package. `connections` holds only those that the rule names. */
export interface RuleBundle<R extends Rule = Rule> {
  readonly stage: string;
  readonly rule: R;
  readonly connections: Connections;
  /** Of everything above, in hexadecimal: tells a rule that changed since it was deployed. */
  readonly hash: string;
}

export type ExportBundle = RuleBundle<ExportRule>;

export function isExport(bundle: RuleBundle): bundle is ExportBundle {
  return bundle.rule.kind === 'export';
}

export function isSink(bundle: RuleBundle): bundle is RuleBundle<SinkRule> {
  return bundle.rule.kind !== 'export';
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
