import type { Command } from './contract.ts';
import { at, text } from './fields.ts';
import { reference } from './notice.ts';
import { unknownEvent } from './unknown-event.ts';

/** What the CLI invokes a function with: `{ sluice: 'check' }`, or `{ sluice: 'export', bucket, key, versionId?, again?, resume? }`. Keys are not encoded. */
export function parseCommand(event: unknown): Command {
  const name = at(event, 'sluice');
  if (name === 'check') return { sluice: 'check' };
  if (name !== 'export') throw unknownEvent(event, 'check or export in sluice');
  const bucket = text(at(event, 'bucket'));
  const key = text(at(event, 'key'));
  const again = at(event, 'again') ?? false;
  if (bucket === undefined || key === undefined) throw unknownEvent(event, 'bucket and key beside sluice: export');
  if (typeof again !== 'boolean') throw unknownEvent(event, 'true or false in again');
  const resume = at(event, 'resume') ?? false;
  if (typeof resume !== 'boolean') throw unknownEvent(event, 'true or false in resume');
  const ref = reference(bucket, key, at(event, 'versionId'));
  return { sluice: 'export', ref, again, ...(resume ? { resume } : {}) };
}
