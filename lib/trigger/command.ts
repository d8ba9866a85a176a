import type { Counts } from '../ledger/contract.ts';
import type { ObjectRef } from '../object/contract.ts';
import type { Command, Continuation } from './contract.ts';
import { at, isFields, size, text } from './fields.ts';
import { reference } from './notice.ts';
import { unknownEvent } from './unknown-event.ts';

/**
 * What a function is invoked with by the CLI, `{ sluice: 'check' }`, `{ sluice: 'replay', dryRun?, again? }` or `{ sluice:
 * 'export', bucket, key, versionId?, again?, resume? }`, and by itself, `{ sluice: 'continue', … }` (see Continuation). Keys are not encoded.
 */
export function parseCommand(event: unknown): Command {
  const name = at(event, 'sluice');
  if (name === 'check') return { sluice: 'check' };
  if (name === 'replay') return { sluice: name, dryRun: flag(event, 'dryRun'), again: flag(event, 'again') };
  if (name !== 'export' && name !== 'continue') {
    throw unknownEvent(event, 'check, replay, export or continue in sluice');
  }
  const bucket = text(at(event, 'bucket'));
  const key = text(at(event, 'key'));
  if (bucket === undefined || key === undefined) throw unknownEvent(event, `bucket and key beside sluice: ${name}`);
  const ref = reference(bucket, key, at(event, 'versionId'));
  if (name === 'continue') return { sluice: name, ref, continuation: parseContinuation(event) };
  const resume = flag(event, 'resume');
  return { sluice: name, ref, again: flag(event, 'again'), ...(resume ? { resume } : {}) };
}

/** The event that makes a function go on with an object. */
export function continueEvent(ref: ObjectRef, continuation: Continuation): object {
  return { sluice: 'continue', ...ref, ...continuation };
}

/** The event that makes a function export an object. */
export function exportEvent(ref: ObjectRef, options: { readonly again?: true; readonly resume?: true } = {}): object {
  return { sluice: 'export', ...ref, ...options };
}

function flag(event: unknown, name: 'again' | 'resume' | 'dryRun'): boolean {
  const value = at(event, name) ?? false;
  if (typeof value !== 'boolean') throw unknownEvent(event, `true or false in ${name}`);
  return value;
}

function parseContinuation(event: unknown): Continuation {
  const [version, chain, trigger, rule] = ['version', 'chain', 'trigger', 'rule'].map((name) => text(at(event, name)));
  const part = size(at(event, 'part'));
  const byte = size(at(event, 'position', 'byte'));
  const counts = at(event, 'position', 'counts');
  const known = version !== undefined && chain !== undefined && trigger !== undefined && rule !== undefined;
  if (!known || part === undefined || byte === undefined || !isCounts(counts)) {
    throw unknownEvent(event, 'version, chain, part, position, trigger and rule beside sluice: continue');
  }
  return { version, chain, part, position: { byte, counts }, trigger, rule };
}

function isCounts(value: unknown): value is Counts {
  return isFields(value) && Object.values(value).every((count) => size(count) !== undefined);
}
