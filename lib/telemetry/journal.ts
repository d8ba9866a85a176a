import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { RUN_MESSAGE, type RunRecord, type RunResult } from './run-record.ts';

/** Where runs tell what happened. */
export interface Journal {
  run(record: RunRecord): void;
  /** Something an operator may want to know that is no run: an ignored event, a retry. */
  note(message: string, details: Readonly<Record<string, unknown>>): void;
}

export const METRICS_NAMESPACE = 'Sluice';

const WELL: ReadonlySet<RunResult> = new Set(['done', 'continued', 'ignored']);

/**
 * Structured log lines and CloudWatch metrics (Embedded Metric Format) on standard output.
 * Metrics: RecordsScanned, RecordsMatched, RecordsSent, RecordsFailed (count), BytesIn, BytesOut (bytes), Duration,
 * Throttled (milliseconds), Runs (count) with the dimensions rule, stage, result.
 */
export function journal(rule: string, stage: string): Journal {
  const logger = new Logger({ serviceName: rule, persistentKeys: { stage } });
  return {
    run(record) {
      const level = WELL.has(record.result) ? 'info' : 'error';
      logger[level](RUN_MESSAGE, { run: record });
      if (record.result !== 'ignored') emit(record);
    },
    note(message, details) {
      logger.info(message, { details });
    },
  };
}

function emit(record: RunRecord): void {
  const metrics = new Metrics({
    namespace: METRICS_NAMESPACE,
    serviceName: record.rule,
    defaultDimensions: { rule: record.rule, stage: record.stage, result: record.result },
  });
  const count = (name: string, value: number) => metrics.addMetric(name, MetricUnit.Count, value);
  count('Runs', 1);
  count('RecordsScanned', record.scanned);
  count('RecordsMatched', record.matched);
  count('RecordsSent', record.sent);
  count('RecordsFailed', record.failed);
  metrics.addMetric('BytesIn', MetricUnit.Bytes, record.bytesIn);
  metrics.addMetric('BytesOut', MetricUnit.Bytes, record.bytesOut);
  metrics.addMetric('Duration', MetricUnit.Milliseconds, record.durationMs);
  metrics.addMetric('Throttled', MetricUnit.Milliseconds, record.throttledMs);
  metrics.publishStoredMetrics();
}
