import type { ExportBundle } from '../rule/index.ts';

/** Whether a rule's ledger may have forgotten an object of that age: it is not to be run without being asked for. */
export function tooOldToTell({ rule: { kafka } }: ExportBundle, lastModified: Date, now: number): boolean {
  return (
    kafka.delivery === 'exactly-once' && kafka.ledger === 'kafka' && now - lastModified.getTime() > kafka.dedupe * 1000
  );
}
