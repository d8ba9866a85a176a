import type { Change, Changes, Message } from '../../lib/message/contract.ts';
import { createPipeline, type PipelineOptions } from '../../lib/message/pipeline.ts';
import { shownChange, shownRow } from './debezium/shown.ts';

/** A message as a producer sends it. */
export function messageOf(value: string | Uint8Array | null, offset = 0): Message {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value;
  return { topic: 't', partition: 0, offset, timestamp: 0, key: null, value: bytes, headers: [] };
}

export function pipelineOf({ message = {}, steps = [], columns }: Partial<PipelineOptions> = {}) {
  return createPipeline({ message, steps, columns, now: () => Date.UTC(2026, 0, 2) });
}

/** The rows that come of one message, or the code of its failure. */
export function rowsOf(value: string | Uint8Array, options: Partial<PipelineOptions> = {}): unknown {
  const { changes, failures } = pipelineOf(options).run([messageOf(value)]);
  return failures[0]?.code ?? changes.map(shownRowOf);
}

export function shownRowOf(change: Change): unknown {
  return change.kind === 'put' ? shownRow(change.row) : shownChange(change);
}

/** Failures as `where code`. */
export function failuresOf({ failures }: Changes): readonly string[] {
  return failures.map(({ at, code }) => `${at} ${code}`);
}
