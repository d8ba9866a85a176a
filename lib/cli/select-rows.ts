import { type RecordFailure, SluiceError } from '../failure/index.ts';
import { placeText } from '../format/place.ts';
import type { RowBatch } from '../select/batch.ts';
import type { PreparedSelect } from '../select/contract.ts';
import { delimited, rowsBefore } from '../select/delimited.ts';
import type { RowOutput } from './row-output.ts';

/** What the rows were made from. */
export interface Counts {
  scanned: number;
  matched: number;
  rejected: number;
  /** Decompressed bytes; of Parquet, rows. */
  bytes: number;
}

export interface RowOptions {
  readonly access: PreparedSelect['access'];
  /** `stop`: the first record that fails ends it, after the rows before it. `skip`: it is counted and told of. */
  readonly onError: 'stop' | 'skip';
  readonly rows: RowOutput;
  readonly rejected: (failure: RecordFailure) => void;
}

/**
 * Writes rows as they come and waits for whoever reads them: nothing is kept but the batch in hand. `counts` is kept
 * up to date, so that it tells of what was done when this throws.
 *
 * @throws SluiceError with `offset` and `length` of the record that failed, and whatever the batches throw
 */
export async function writeRows(batches: AsyncIterable<RowBatch>, counts: Counts, options: RowOptions): Promise<void> {
  const { access, onError, rows, rejected } = options;
  for await (const batch of batches) {
    const [failure] = batch.failures;
    const good = failure === undefined || onError === 'skip' ? batch.count : rowsBefore(batch, failure.offset);
    if (good > 0) await rows.write(delimited(batch, 0, good, rows.rowEnd));
    counts.matched += good;
    counts.scanned += batch.scanned;
    counts.bytes = batch.to;
    counts.rejected += batch.failures.length;
    if (failure !== undefined && onError === 'stop') throw failed(failure, access);
    // What ends the object is no record that could be passed over: all the rest would be missing.
    const fatal = batch.failures.find((each) => each.fatal === true);
    if (fatal !== undefined) throw failed(fatal, access);
    for (const each of batch.failures) rejected(each);
  }
}

function failed({ code, reason, offset, length, fatal }: RecordFailure, access: RowOptions['access']): SluiceError {
  return new SluiceError(code, `${reason} (${placeText(access, offset, length)})`, {
    stage: 'select',
    context: { offset, length },
    ...(fatal === true ? {} : { fix: 'Mend the record, or give --on-error skip to go on without it.' }),
  });
}
