import { SluiceError } from '../failure/index.ts';
import type { StoppedObject } from '../ledger/contract.ts';
import { failedQueueName } from '../rule/deployment/names.ts';
import type { ExportBundle, RuleBundle } from '../rule/index.ts';
import { createSecretStore, fetchSecret } from '../secret/index.ts';
import { type Context, lineFor } from './command.ts';
import { ledgerTableOf } from './stack-name.ts';
import { printable } from './table.ts';
import { ago, count, counted } from './units.ts';

/** What of a rule waits: for somebody, or for its turn. Undefined: it could not be asked for. */
export interface Waiting {
  /** Objects that stand still, counted up to LOOKED_AT, and the one that does so for longest. */
  readonly stopped?: number;
  readonly first?: StoppedObject;
  readonly parked?: number;
  /** Failed events that are tried again by themselves. */
  readonly queued?: number;
  /** What could not be asked, and why. */
  readonly unknown: readonly string[];
}

const LOOKED_AT = 1_000;

export function needsHand(waiting: Waiting | undefined): boolean {
  return (waiting?.stopped ?? 0) + (waiting?.parked ?? 0) > 0;
}

export async function waitingOf(context: Context, bundle: RuleBundle): Promise<Waiting> {
  if (!isExport(bundle)) return { unknown: [] };
  const { name } = bundle.rule;
  const unknown: string[] = [];
  const asked = async <T>(what: string, ask: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      // Without the table nothing can be in it: no rule of the stage keeps anything there.
      if (error.code !== 'LedgerMissing') unknown.push(`${what} not known: ${error.message}`);
      return undefined;
    }
  };
  const secrets = createSecretStore({ fetch: fetchSecret({ env: context.env }), clock: context.clock });
  const standstill = await context.aws.standstill(bundle, secrets, await ledgerTableOf(context));
  try {
    const [stopped, parked, queued] = await Promise.all([
      asked('what stands still is', async () => {
        let objects = 0;
        let first: StoppedObject | undefined;
        for await (const each of standstill.stopped()) {
          if (first === undefined || each.since < first.since) first = each;
          if (++objects === LOOKED_AT) break;
        }
        return { stopped: objects, ...(first && { first }) };
      }),
      asked('how many events are parked is', () => standstill.parked.count()),
      asked('how many failed events wait is', async () =>
        (await context.aws.queues()).waiting(failedQueueName(name, context.stage)),
      ),
    ]);
    return { ...stopped, ...(parked !== undefined && { parked }), ...(queued !== undefined && { queued }), unknown };
  } finally {
    standstill.close();
  }
}

export function waitingNotes(
  context: Context,
  rule: string,
  { stopped = 0, first, parked = 0, queued = 0, unknown }: Waiting,
): string[] {
  const more = stopped === LOOKED_AT ? ' or more' : '';
  const notes = [...unknown];
  if (first !== undefined) {
    const which = stopped === 1 ? '' : ', the first of them';
    notes.push(
      `${counted(stopped, 'object')}${more} ${stopped === 1 ? 'stands' : 'stand'} still${which} since ${ago(first.since, context.clock())} at ${printable(first.key)} (${first.reason.code}). See ${lineFor(context, `logs ${rule}`)}; when it is mended, ${lineFor(context, `resume ${rule}`)}`,
    );
  }
  if (parked > 0)
    notes.push(`${counted(parked, 'event')} parked: when it is mended, ${lineFor(context, `redrive ${rule}`)}`);
  if (queued > 0) notes.push(`about ${count(queued)} failed events or continuations wait for their turn`);
  return notes;
}

function isExport(bundle: RuleBundle): bundle is ExportBundle {
  return bundle.rule.kind === 'export';
}
