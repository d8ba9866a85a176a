import { SluiceError } from '../failure/index.ts';
import type { ObjectInfo, ObjectRef } from '../object/contract.ts';
import { runError } from '../telemetry/run-record.ts';
import type { Continuation } from '../trigger/index.ts';
import type { Departure } from './departure.ts';
import { Patience } from './patience.ts';
import type { ExactPorts, ExportPlan, Ports } from './plan.ts';
import { isOfTheObject } from './reading.ts';
import { forgetting } from './stop.ts';
import type { Tally } from './tally.ts';

/** An object that another run began. */
export interface Continued {
  readonly ref: ObjectRef;
  readonly continuation: Continuation;
}

/**
 * What the store has of an object that a chain is under way with.
 *
 * @throws SluiceError `ObjectChanged` or `RuleChanged` where nobody can go on with it. Its ledger has it stand still then:
 * else it would count as under way for ever, and nobody would hear that a part of the object was not exported.
 */
export async function headOfContinued(
  plan: ExportPlan,
  ports: Ports,
  object: Continued,
  tally: Tally,
  departure: Departure,
): Promise<ObjectInfo> {
  const { continuation } = object;
  try {
    const info = await ports.store.head(object.ref).catch((error: unknown) => {
      throw isMissing(error) ? goneFrom(plan, object, 'deleted') : error;
    });
    if (versionOf(info) !== continuation.version) throw goneFrom(plan, object, 'written over');
    compareRules(plan, continuation, tally);
    return info;
  } catch (error) {
    if (!(error instanceof SluiceError && isOfTheObject(error))) throw error;
    tally.version = continuation.version;
    tally.goOnFrom(continuation.position);
    if ('ledger' in ports) await standStill(ports, object, error, tally, departure);
    throw error;
  }
}

/** What tells the versions of an object apart, in a bucket that keeps them and in one that does not. */
export function versionOf({ versionId, etag }: ObjectInfo): string {
  return versionId ?? etag;
}

const isMissing = (error: unknown): boolean => error instanceof SluiceError && error.code === 'MissingObject';

function goneFrom(plan: ExportPlan, { ref, continuation }: Continued, how: 'deleted' | 'written over'): SluiceError {
  const { version, position } = continuation;
  const next =
    how === 'deleted'
      ? 'What was sent of it stays, and the rest is lost.'
      : 'The new version is exported by its own event, from its first byte; what was sent of the old one stays.';
  return new SluiceError(
    'ObjectChanged',
    `the object was ${how} while it was exported: version ${version} got as far as byte ${position.byte}, and is gone`,
    {
      stage: 'object',
      fix: `${next} To keep each version, switch on the versioning of the bucket. ${forgetting(plan, ref.key)}`,
    },
  );
}

/** The rule goes on where the old one stood, unless its meaning is of the whole object. */
function compareRules({ select, hash }: ExportPlan, { rule, position }: Continuation, tally: Tally): void {
  if (rule === hash) return;
  if (select.aggregate) {
    throw new SluiceError('RuleChanged', 'the rule adds up the whole object now, of which records were sent before', {
      stage: 'select',
      fix: 'Export the object with a rule of another name, or put the former query back and resume it.',
    });
  }
  const reason = `the rule was changed (${rule} to ${hash}) while the object was under way: from ${position.byte} on it goes by the new one`;
  tally.incident({ code: 'RuleChanged', reason });
}

/** Whoever has the object, or has ended it meanwhile, leaves it as it is to be left. */
async function standStill(
  ports: ExactPorts,
  { ref, continuation }: Continued,
  error: SluiceError,
  tally: Tally,
  departure: Departure,
): Promise<void> {
  const { bucket, key } = ref;
  const { code, reason, fix } = runError(error);
  await new Patience(ports, tally, departure.at).attempt(async () => {
    // How old the version was can no longer be asked; it was young enough for the run before this one.
    const object = { bucket, key, version: continuation.version, lastModified: ports.clock() };
    const opening = await ports.ledger.open(object);
    if (opening.kind !== 'open') return;
    const { hold } = opening;
    tally.goOnFrom(hold.position);
    await hold.end(hold.position, { kind: 'stopped', reason: { code, reason, ...(fix !== undefined && { fix }) } });
  });
}
