import { type RecordFailure, SluiceError } from '../../failure/index.ts';
import type { ObjectInfo, ObjectStore } from '../../object/contract.ts';
import { open } from '../../object/open.ts';
import { objectAccess } from '../../object/random-access.ts';
import type { RowBatch } from '../../select/batch.ts';
import type { ExportPlan } from '../plan.ts';
import { isOfTheObject } from '../reading.ts';
import type { Letter } from './letter.ts';
import { merged } from './merged.ts';

/** The longest record that is read, and as much as a header record may have. */
const RECORD_BYTES = 1024 * 1024;
/** Objects whose beginnings are kept. */
const KEPT = 16;

/**
 * What a record needs beside its own bytes: nothing, its object's first record, which names the columns, or the document
 * that it is an element of, since the query's path leads to it.
 */
export type Need = 'nothing' | 'header' | 'document';

/** Puts the records of letters to the rule's query, as they would have come from their objects. */
export class LetterRows {
  readonly #plan: ExportPlan;
  readonly #store: ObjectStore;
  readonly #need: Need;
  readonly #heads = new Map<string, Promise<Uint8Array>>();

  constructor(plan: ExportPlan, store: ObjectStore, need: Need) {
    this.#plan = plan;
    this.#store = store;
    this.#need = need;
  }

  /** Only what is of the letter's own record. Throws SluiceError for what no other letter would pass either. */
  async of(letter: Letter): Promise<readonly RowBatch[]> {
    try {
      return await this.#batchesOf(letter);
    } catch (error) {
      if (!(error instanceof SluiceError) || !(isOfTheObject(error) || error.code === 'MissingObject')) throw error;
      return [failedBatch(letter, error.code, error.message)];
    }
  }

  async #batchesOf(letter: Letter): Promise<readonly RowBatch[]> {
    const { select, compression } = this.#plan;
    const { offset, raw } = letter;
    if (select.access === 'random') {
      const info = await this.#objectOf(letter);
      return onlyAt(offset, select.run(objectAccess(this.#store, info), { offset, returned: 0 }), true);
    }
    if (this.#need === 'document') {
      const { bytes } = await open(this.#store, await this.#objectOf(letter), { compression });
      return onlyAt(offset, select.run(bytes), true);
    }
    const resume = {
      offset,
      returned: 0,
      ...(this.#need === 'header' && offset > 0 ? { head: await this.#headOf(letter) } : {}),
    };
    // What was too large for Kafka is kept as it would have been sent, and what is cut is not the record.
    const whole = letter.code !== 'RecordTooLarge' && raw.length >= letter.length;
    if (whole) return onlyAt(offset, select.run([raw], resume), false);
    const { bytes } = await open(this.#store, await this.#objectOf(letter), { compression, from: offset });
    return onlyAt(offset, select.run(firstBytes(bytes), resume), true);
  }

  #headOf(letter: Letter): Promise<Uint8Array> {
    const name = JSON.stringify(letter.source);
    const known = this.#heads.get(name);
    if (known !== undefined) return known;
    const asked = this.#readHead(letter);
    this.#heads.set(name, asked);
    asked.catch(() => this.#heads.delete(name));
    const [oldest] = this.#heads.keys();
    if (this.#heads.size > KEPT && oldest !== undefined) this.#heads.delete(oldest);
    return asked;
  }

  async #readHead(letter: Letter): Promise<Uint8Array> {
    const { bytes } = await open(this.#store, await this.#objectOf(letter), { compression: this.#plan.compression });
    const chunks: Uint8Array[] = [];
    for await (const chunk of firstBytes(bytes)) chunks.push(chunk.slice());
    return Buffer.concat(chunks);
  }

  /** The object as it was: another version has other records. */
  async #objectOf({ source: { bucket, key, version } }: Letter): Promise<ObjectInfo> {
    const isEtag = /^"?[0-9a-f]{32}(-\d+)?"?$/.test(version);
    const info = await this.#store.head({ bucket, key, ...(isEtag ? {} : { versionId: version }) });
    if (isEtag ? info.etag === version : true) return info;
    throw new SluiceError('ObjectChanged', 'the object was replaced since, and with it what this record needs', {
      stage: 'object',
      context: { bucket, key },
    });
  }
}

async function* firstBytes(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let left = RECORD_BYTES;
  for await (const chunk of bytes) {
    yield chunk.subarray(0, left);
    left -= chunk.length;
    if (left <= 0) return;
  }
}

/** What a run over more than one record says of the one that begins there. `enough`: it may be ended behind it. */
async function onlyAt(offset: number, batches: AsyncIterable<RowBatch>, enough: boolean): Promise<readonly RowBatch[]> {
  const found: RowBatch[] = [];
  for await (const batch of batches) {
    const offsets = batch.offsets.subarray(0, batch.count);
    const first = offsets.indexOf(offset);
    const failures = batch.failures.filter((failure) => failure.offset === offset);
    // A record gives one row.
    if (first >= 0) found.push({ ...batch, ...merged([{ ...batch, first, behind: first + 1 }]), failures });
    else if (failures.length > 0) found.push({ ...batch, count: 0, failures });
    if (enough && batch.to > offset) break;
  }
  return found;
}

function failedBatch({ offset, length, raw }: Letter, code: string, reason: string): RowBatch {
  const failure: RecordFailure = { code, reason, offset, length, raw };
  return {
    count: 0,
    values: { bytes: new Uint8Array(), ends: new Uint32Array() },
    offsets: new Float64Array(),
    failures: [failure],
    scanned: 1,
    from: offset,
    to: offset + length,
    last: false,
  };
}
