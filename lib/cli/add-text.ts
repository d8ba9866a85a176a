import { stringify } from 'yaml';

/** What a new rule is made of. */
export interface RuleAnswers {
  readonly name: string;
  readonly bucket: string;
  readonly prefix?: string;
  readonly suffix?: string;
  readonly format: string;
  readonly header?: string;
  readonly select: string;
  readonly connection: string;
  readonly topic: string;
  readonly key?: string;
  /** Default: exactly-once. */
  readonly delivery?: string;
  readonly onError?: string;
}

/** The file of a new rule: what was asked for, and of the defaults only what a reader should know of. */
export function ruleText(answers: RuleAnswers): string {
  const { name, bucket, prefix, suffix, format, header, select, connection, topic, key, delivery, onError } = answers;
  const rule = {
    kind: 'export',
    name,
    source: {
      bucket,
      ...(prefix ? { prefix } : {}),
      ...(suffix ? { suffix } : {}),
      format,
      ...(header ? { csv: { header } } : {}),
    },
    select,
    kafka: { connection, topic, ...(key ? { key } : {}), delivery: delivery ?? 'exactly-once' },
    ...(onError ? { onError } : {}),
  };
  return `# yaml-language-server: $schema=rule.schema.json\n${stringify(rule, { lineWidth: 0 })}`;
}
