import { SluiceError } from '../failure/index.ts';
import { compressionType } from './compression.ts';
import type { ProducerOptions, Provenance, RecordBatch } from './contract.ts';
import type { Request } from './dispatch.ts';
import { type Carrier, carrier } from './messages.ts';
import { pack } from './packing.ts';
import {
  type HeaderTemplate,
  itemLength,
  keyLength,
  NO_HEADERS,
  provenanceHeaders,
  recordSize,
} from './record-batch.ts';
import { type Round, rounds } from './rounds.ts';
import { recordLimit, type TopicFacts } from './topic.ts';
import { SpareBuffers } from './wire/spare-buffers.ts';

interface Encoded {
  readonly rounds: readonly Round[];
  /** What their bytes are in. */
  readonly room: Buffer;
}

const NO_ROOM = Buffer.alloc(0);

/** Batches as requests to the rule's topic: the same ones whether a transaction is around them or not. */
export class RecordRequests {
  readonly #options: Pick<ProducerOptions, 'topic' | 'compression' | 'headers'>;
  readonly #carry: Carrier;
  /** One batch is sent, and one is waiting. */
  readonly #spare = new SpareBuffers(2);
  readonly #ahead = new WeakMap<RecordBatch, Encoded>();
  #limit: number;

  constructor(options: Pick<ProducerOptions, 'topic' | 'compression' | 'headers'>, carry: Carrier = carrier) {
    this.#options = options;
    this.#carry = carry;
    this.#limit = recordLimit(undefined, options.compression);
  }

  learn({ maxMessageBytes }: TopicFacts): void {
    this.#limit = recordLimit(maxMessageBytes, this.#options.compression);
  }

  /** Does ahead of `of` what it takes: encodes the batch, and begins to compress it. */
  prepare(batch: RecordBatch, source: Provenance, facts: TopicFacts): void {
    if (this.#ahead.has(batch) || this.oversized(batch, source).length > 0) return;
    const encoded = this.#encode(batch, source, facts);
    this.#ahead.set(batch, encoded);
    const codec = compressionType(this.#options.compression);
    // Whoever sends them meets the error.
    for (const records of encoded.rounds.flat()) pack(records, codec).catch(() => undefined);
  }

  /** What carries a batch, to be sent one after the other. Throws SluiceError (`RecordTooLarge`) before the first. */
  *of(batch: RecordBatch, source: Provenance, facts: TopicFacts): Generator<Pick<Request, 'partitions' | 'messages'>> {
    const { room, rounds } = this.#ahead.get(batch) ?? this.#encodeChecked(batch, source, facts);
    this.#ahead.delete(batch);
    for (const round of rounds) {
      yield {
        partitions: round.map(({ partition }) => partition),
        messages: (wanted) =>
          this.#carry(
            round.filter(({ partition }) => wanted.has(partition)),
            batch,
            this.#options.headers ? source : undefined,
          ),
      };
    }
    // Not reached when one of them failed: kafkajs may still have it in hand then.
    this.#spare.giveBack(room);
  }

  #encodeChecked(batch: RecordBatch, source: Provenance, facts: TopicFacts): Encoded {
    const [tooLarge] = this.oversized(batch, source);
    if (tooLarge !== undefined) throw recordTooLarge(batch, tooLarge, this.#options.topic, this.#limit);
    return this.#encode(batch, source, facts);
  }

  #encode(batch: RecordBatch, source: Provenance, { partitions }: TopicFacts): Encoded {
    let room: Buffer = NO_ROOM;
    const allocate = (size: number) => {
      room = this.#spare.take(size);
      return room;
    };
    return { rounds: rounds(batch, source, partitions, this.#headers(source), this.#limit, allocate), room };
  }

  oversized(batch: RecordBatch, source: Provenance): readonly number[] {
    const headers = this.#headers(source);
    const rows: number[] = [];
    const behind = batch.behind ?? batch.count;
    for (let row = batch.first ?? 0; row < behind; row++) {
      if (recordSize(batch, row, headers) > this.#limit) rows.push(row);
    }
    return rows;
  }

  #headers(source: Provenance): HeaderTemplate {
    return this.#options.headers ? provenanceHeaders(source) : NO_HEADERS;
  }
}

export function sizeOf(batch: RecordBatch): { readonly records: number; readonly bytes: number } {
  const first = batch.first ?? 0;
  const behind = batch.behind ?? batch.count;
  let bytes = 0;
  for (let row = first; row < behind; row++)
    bytes += itemLength(batch.values, row) + Math.max(0, keyLength(batch, row));
  return { records: behind - first, bytes };
}

function recordTooLarge(batch: RecordBatch, row: number, topic: string, limit: number): SluiceError {
  const offset = batch.offsets[row] ?? 0;
  const length = itemLength(batch.values, row) + Math.max(0, keyLength(batch, row));
  return new SluiceError(
    'RecordTooLarge',
    `a record of ${length} bytes is over what the topic "${topic}" takes, ${limit}`,
    {
      stage: 'kafka',
      context: { topic, offset },
      fix: "Raise the topic's max.message.bytes (and what its consumers fetch), or select fewer columns.",
    },
  );
}
