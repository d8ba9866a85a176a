/** What the objects of a rule's prefix ask of its ledger and of its function's time, told from a listing. */
import type { ObjectInfo, ObjectStore } from '../../object/contract.ts';
import type { ExportRule } from '../../rule/schema.ts';
import { type Finding, failed, ok, warning } from './probe.ts';

export interface Extent {
  readonly objects: number;
  /** Of them, so many came in the last day. */
  readonly lastDay: number;
  readonly largest: ObjectInfo | undefined;
  /** False: there are more keys than could be looked at. */
  readonly complete: boolean;
}

const DAY_MS = 86_400_000;
/** A probe ends after three seconds; what was seen by then is what is judged. */
const LISTED_FOR_MS = 2_000;

export async function extentOf(
  store: Pick<ObjectStore, 'list'>,
  { bucket, prefix, suffix }: ExportRule['source'],
  clock: () => number,
): Promise<Extent> {
  const began = clock();
  let objects = 0;
  let lastDay = 0;
  let largest: ObjectInfo | undefined;
  for await (const info of store.list(bucket, prefix)) {
    if (clock() - began > LISTED_FOR_MS) return { objects, lastDay, largest, complete: false };
    if (!info.key.endsWith(suffix)) continue;
    objects++;
    if (began - info.lastModified.getTime() < DAY_MS) lastDay++;
    if (info.size > (largest?.size ?? -1)) largest = info;
  }
  return { objects, lastDay, largest, complete: true };
}

/** With `ledger: kafka` the broker keeps a group for each object until it is swept. */
export function judgeGroups(
  { lastDay, objects, complete }: Extent,
  { dedupe, maxGroups }: ExportRule['kafka'],
): Finding {
  const days = dedupe / 86_400;
  const groups = Math.ceil(lastDay * days);
  const seen = complete ? '' : ` among the first ${objects} keys`;
  const told = `${lastDay} objects came in the last day${seen}: × dedupe, ${round(days)} days, that is ${groups} consumer groups on the broker`;
  if (groups > maxGroups) {
    return failed(
      `${told}, more than maxGroups (${maxGroups})`,
      `Write kafka.ledger: dynamodb; or a shorter dedupe; or, if the broker takes so many, kafka.maxGroups: ${groups}.`,
    );
  }
  if (complete) return ok(told);
  return warning(
    `${told}; the bucket has more keys than could be looked at`,
    `Count a day's objects yourself: times ${round(days)} they must stay within ${maxGroups}.`,
  );
}

/** Bytes of the decompressed object a second, at 1,792 MiB of memory, where a function gets a whole CPU. */
const READ_SPEED = 60 * 2 ** 20;
const WHOLE_CPU_MIB = 1_792;
/** What a log makes of a compressed byte, and what a record is long. */
const EXPANSION = 8;
const RECORD_BYTES = 250;
/** Seconds of an invocation that go to beginning and ending. */
const MARGIN_S = 20;
/** Runs of one object from which on it is told: what is read again makes compressed ones dear sooner. */
const MANY_RUNS = 12;
const MANY_COMPRESSED = 3;
const COMPRESSED = /\.(gz|gzip|bz2|zst|zstd)$/;

/** How many invocations the largest object takes, if every record of it matches: an estimate, for a warning. */
export function judgeRuns({ largest }: Extent, rule: ExportRule): Finding {
  if (largest === undefined) return ok('there is no object yet to judge by');
  const { rate, source } = rule;
  const { compression } = source;
  const compressed = compression === 'auto' ? COMPRESSED.test(largest.key) : compression !== 'none';
  const bytes = largest.size * (compressed ? EXPANSION : 1);
  const share = rate?.shared === undefined ? (rate?.instances ?? 1) : 1;
  const { timeout, memory } = rule.function;
  const paces = [
    READ_SPEED * Math.min(1, memory / WHOLE_CPU_MIB),
    ...(rate?.bytes === undefined ? [] : [rate.bytes / share]),
    ...(rate?.records === undefined ? [] : [(rate.records / share) * RECORD_BYTES]),
  ];
  const runs = Math.ceil(bytes / Math.min(...paces) / Math.max(1, timeout - MARGIN_S));
  const told = `the largest object (${largest.key}, ${mib(largest.size)}) takes about ${runs} run${runs === 1 ? '' : 's'} of ${timeout} s if all of it matches`;
  if (runs < (compressed ? MANY_COMPRESSED : MANY_RUNS)) return ok(told);
  const again = compressed ? `, and being compressed is read about ${Math.ceil((runs + 1) / 2)} times over` : '';
  return warning(
    `${told}${again}`,
    `Write smaller objects${compressed ? ', or uncompressed ones' : ''}; or raise ${paces.length > 1 ? 'rate' : 'function.memory'}${timeout < 900 ? ' or function.timeout' : ''}. It works as it is, and costs more.`,
  );
}

function mib(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

function round(days: number): string {
  return days.toFixed(days < 1 ? 2 : 1).replace(/\.?0+$/, '');
}
