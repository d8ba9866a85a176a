import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { METRICS_NAMESPACE } from './journal.ts';
import { RUN_MESSAGE } from './run-record.ts';
import type { SinkRunRecord } from './sink-run-record.ts';

/** Where a sink tells what happened. */
export interface SinkJournal {
  run(record: SinkRunRecord): void;
  /** Something an operator may want to know that is no run: an event that was not understood. */
  note(message: string, details: Readonly<Record<string, unknown>>): void;
}

/**
 * Structured log lines and CloudWatch metrics (Embedded Metric Format) on standard output.
 * Metrics: MessagesRead, MessagesFailed, RowsWritten, RowsDeleted (count), Duration (milliseconds), Runs (count), and
 * Lag (count) where it is known, with the dimensions rule, stage, result.
 */
export function sinkJournal(rule: string, stage: string): SinkJournal {
  const logger = new Logger({ serviceName: rule, persistentKeys: { stage } });
  return {
    run(record) {
      logger[record.result === 'done' ? 'info' : 'error'](RUN_MESSAGE, { run: record });
      emit(record);
    },
    note(message, details) {
      logger.info(message, { details });
    },
  };
}

function emit(record: SinkRunRecord): void {
  const { rule, stage, result, lag } = record;
  const metrics = new Metrics({
    namespace: METRICS_NAMESPACE,
    serviceName: rule,
    defaultDimensions: { rule, stage, result },
  });
  const count = (name: string, value: number) => metrics.addMetric(name, MetricUnit.Count, value);
  count('Runs', 1);
  count('MessagesRead', record.read);
  count('MessagesFailed', record.failed);
  count('RowsWritten', record.written);
  count('RowsDeleted', record.deleted);
  if (lag !== undefined) count('Lag', lag);
  metrics.addMetric('Duration', MetricUnit.Milliseconds, record.durationMs);
  metrics.publishStoredMetrics();
}
