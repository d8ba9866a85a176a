/** Takes the dead letters of a rule through its query once more. A shelf of letters is to its ledger what an object is. */
import { SluiceError } from '../failure/index.ts';
import type { Provenance, RecordBatch } from '../kafka/contract.ts';
import type { Hold, LedgerObject, Position } from '../ledger/contract.ts';
import type { RowBatch } from '../select/batch.ts';
import { leavingAt } from './departure.ts';
import type { ExactPorts, ExportPlan } from './plan.ts';
import type { Letter } from './replay/letter.ts';
import { merged } from './replay/merged.ts';
import { LetterRows, type Need } from './replay/rows.ts';
import type { Shelf } from './replay/shelf.ts';
import { type Slice, slices } from './slice.ts';
import { judge } from './verdict.ts';

export interface ReplayRequest {
  /** Count only: what would be sent, what would fail again. */
  readonly dryRun: boolean;
  /** From the first letter that is still there, although it may have been replayed. */
  readonly again: boolean;
  /** Milliseconds since 1970, after which this process may be gone. */
  readonly deadline: number;
  readonly need: Need;
  /** After how many milliseconds the ledger may have forgotten what was replayed. Default: never. */
  readonly knownForMs?: number;
}

export interface Replay {
  /** Letters of this rule that were read. */
  readonly letters: number;
  /** Rows that were sent for them. */
  readonly sent: number;
  /** Records that failed again, each with a new letter. */
  readonly failed: number;
  /** Letters of a record that another letter was of, which are left out. */
  readonly repeated: number;
  /** True: time was over before all were read. */
  readonly more: boolean;
}

/** Letters whose records are remembered, to leave out what is there twice. */
const REMEMBERED = 200_000;

/**
 * Each letter once: its rows, or its new letter, and how far its shelf is done are one transaction.
 * Throws SluiceError: of the ledger, of Kafka, `ReplayBusy`, `LettersTooOld`.
 */
export async function replay(
  plan: ExportPlan,
  ports: ExactPorts,
  shelves: readonly Shelf[],
  request: ReplayRequest,
): Promise<Replay> {
  const sums = { letters: 0, sent: 0, failed: 0, repeated: 0, more: false };
  const rows = new LetterRows(plan, ports.store, request.need);
  const end = leavingAt(request.deadline, ports.clock());
  const seen = new Set<string>();

  for (const shelf of shelves) {
    if (shelf.first >= shelf.behind) continue;
    if (ports.clock() >= end) return { ...sums, more: true };
    const hold = await opened(shelf, ports, request);
    let position: Position = request.again ? { byte: shelf.first, counts: {} } : hold.position;
    try {
      await shelf.read(position.byte, async (shelved) => {
        const letters = shelved.flatMap(({ letter }) => (letter === undefined || isRepeated(letter) ? [] : [letter]));
        const to = { byte: shelved.at(-1)?.next ?? position.byte, counts: position.counts };
        await deliver(hold, letters, to);
        position = to;
        sums.more = ports.clock() >= end;
        return !sums.more;
      });
      await hold.end(request.dryRun ? hold.position : position, { kind: 'released' });
    } catch (error) {
      await hold.end(hold.position, { kind: 'released' }).catch(() => undefined);
      throw error;
    }
    if (sums.more) break;
  }
  return sums;

  function isRepeated({ source, offset }: Letter): boolean {
    sums.letters++;
    const name = JSON.stringify([source, offset]);
    const repeated = seen.has(name);
    if (repeated) sums.repeated++;
    else if (seen.size < REMEMBERED) seen.add(name);
    return repeated;
  }

  async function deliver(hold: Hold, letters: readonly Letter[], to: Position): Promise<void> {
    const parts: { readonly letter: Letter; readonly slice: Slice }[] = [];
    const failures: { readonly letter: Letter; readonly batch: RowBatch['failures'] }[] = [];
    for (const letter of letters) {
      for (const batch of await rows.of(letter)) {
        const verdict = judge(batch, hold.oversized(batch, letter.source), { ...plan, onError: 'deadLetter' });
        const cut = slices(batch, verdict.behind, verdict.left, ports.limiter);
        for (const slice of cut) parts.push({ letter, slice });
        if (verdict.failures.length > 0) failures.push({ letter, batch: verdict.failures });
      }
    }
    sums.sent += parts.reduce((sum, { slice }) => sum + slice.records, 0);
    sums.failed += failures.length;
    if (request.dryRun) return hold.heartbeat();
    for (const { slice } of parts) {
      await hold.heartbeat();
      await ports.limiter.take(slice.records, slice.bytes);
    }
    for (const { letter, batch } of failures) await ports.deadLetters?.put(batch, letter.source);
    await hold.commit(to, async (sender) => {
      for (const { source, batches } of runsOf(parts)) await sender.send(merged(batches), source);
      for (const { letter, batch } of failures) await ports.letters?.(sender).put(batch, letter.source);
    });
  }
}

/** Parts that follow one another and are of one object. */
function runsOf(parts: readonly { readonly letter: Letter; readonly slice: Slice }[]) {
  const runs: { readonly source: Provenance; readonly batches: RecordBatch[] }[] = [];
  for (const { letter, slice } of parts) {
    const last = runs.at(-1);
    const { bucket, key, version } = letter.source;
    const same = last?.source.bucket === bucket && last.source.key === key && last.source.version === version;
    if (same) last.batches.push(slice.batch);
    else runs.push({ source: letter.source, batches: [slice.batch] });
  }
  return runs;
}

async function opened(
  shelf: Shelf,
  { ledger, clock }: ExactPorts,
  { again, knownForMs }: ReplayRequest,
): Promise<Hold> {
  const now = clock();
  const source: LedgerObject = { bucket: 'dead-letters', key: shelf.name, version: '-', lastModified: now };
  // What nothing is known of was either never replayed, or so long ago that the broker has forgotten it.
  const doubtful = knownForMs !== undefined && !again && (await shelf.olderThan(knownForMs));
  const opening = await ledger.open(doubtful ? { ...source, lastModified: 0 } : source).catch((error: unknown) => {
    if (error instanceof SluiceError && error.code === 'ObjectTooOld') throw lettersTooOld(shelf);
    throw error;
  });
  if (opening.kind === 'open') return opening.hold;
  throw new SluiceError('ReplayBusy', `another replay is at the dead letters of ${shelf.name}`, {
    stage: 'export',
    retryable: true,
    fix: 'Wait until it has ended; if it died, a minute.',
  });
}

function lettersTooOld({ name }: Shelf): SluiceError {
  return new SluiceError(
    'LettersTooOld',
    `there are dead letters in ${name} that are older than seven days: whether they were replayed is not known any more`,
    {
      stage: 'export',
      fix: 'If none of them was replayed, give --again. ledger: dynamodb remembers for ever.',
    },
  );
}
