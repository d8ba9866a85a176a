/**
 * What an offset commit says beside the byte, as JSON in its metadata:
 * `{"v":1,"state":"running|done|stopped","time":ms,"counts":{…},"reason":{…},"object":{…}}`, the last two on stopped
 * objects only. A broker takes at most `offset.metadata.max.bytes` of it, 4,096 by default.
 */
import { SluiceError } from '../../failure/index.ts';
import type { Provenance } from '../../kafka/contract.ts';
import type { Checkpoint, Counts, Position, StopReason } from '../contract.ts';

/** `time`: when it was committed, in milliseconds since 1970. */
export type Mark = { readonly position: Position; readonly time: number } & (
  | { readonly state: 'running' | 'done' }
  | { readonly state: 'stopped'; readonly reason: StopReason; readonly object?: Provenance }
);

const VERSION = 1;
const LIMIT = 4_096;

export function checkpointOf(mark: Mark): Checkpoint {
  const { position, state, time } = mark;
  const offset = position.byte;
  const facts = { v: VERSION, state, time, counts: position.counts };
  if (mark.state !== 'stopped') return { offset, metadata: JSON.stringify(facts) };
  // What says less is taken only where the broker would refuse what says more. A code or a count is never left out.
  const { reason, object } = mark;
  const brief = shortened(reason);
  const forms = [
    { ...facts, reason, object },
    { ...facts, reason: brief, object },
    { ...facts, reason: brief },
  ].map((form) => JSON.stringify(form));
  const metadata = forms.find((form) => Buffer.byteLength(form) <= LIMIT) ?? forms[0]!;
  return { offset, metadata };
}

function shortened({ code, reason, fix }: StopReason): StopReason {
  const cut = (text: string) => (text.length > 300 ? `${text.slice(0, 300)} …` : text);
  return { code, reason: cut(reason), ...(fix !== undefined && { fix: cut(fix) }) };
}

/** Throws SluiceError (`BrokenCheckpoint`): the group is in somebody else's hands, and where to go on is not known. */
export function markOf({ offset, metadata }: Checkpoint): Mark {
  const facts = parsed(metadata);
  if (facts?.['v'] !== VERSION || !Number.isSafeInteger(offset) || offset < 0) throw brokenCheckpoint();
  const { state, time, counts, reason, object } = facts;
  if (typeof time !== 'number' || !isCounts(counts)) throw brokenCheckpoint();
  const position: Position = { byte: offset, counts };
  if (state === 'running' || state === 'done') return { state, position, time };
  if (state !== 'stopped' || !isReason(reason)) throw brokenCheckpoint();
  return { state, position, time, reason, ...(isProvenance(object) && { object }) };
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is Counts {
  return isRecord(value) && Object.values(value).every((count) => typeof count === 'number');
}

function isReason(value: unknown): value is StopReason {
  if (!isRecord(value)) return false;
  const { code, reason, fix } = value;
  return typeof code === 'string' && typeof reason === 'string' && (fix === undefined || typeof fix === 'string');
}

function isProvenance(value: unknown): value is Provenance {
  return isRecord(value) && ['bucket', 'key', 'version'].every((name) => typeof value[name] === 'string');
}

function brokenCheckpoint(): SluiceError {
  return new SluiceError(
    'BrokenCheckpoint',
    "the offset that the object's group has committed is not one of the ledger's",
    {
      stage: 'ledger',
      fix: 'Something else commits offsets for groups that begin with sluice.: find it in the ACLs. Export the object anew with --again.',
    },
  );
}
