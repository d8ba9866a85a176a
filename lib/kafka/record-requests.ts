import { SluiceError } from '../failure/index.ts';
import type { ProducerOptions, Provenance, RecordBatch } from './contract.ts';
import type { Request } from './dispatch.ts';
import { type Carrier, carrier } from './messages.ts';
import {
  type HeaderTemplate,
  itemLength,
  keyLength,
  NO_HEADERS,
  provenanceHeaders,
  recordSize,
} from './record-batch.ts';
import { rounds } from './rounds.ts';
import { recordLimit, type TopicFacts } from './topic.ts';

/** Batches as requests to the rule's topic: the same ones whether a transaction is around them or not. */
export class RecordRequests {
  readonly #options: Pick<ProducerOptions, 'topic' | 'compression' | 'headers'>;
  readonly #carry: Carrier;
  #limit: number;

  constructor(options: Pick<ProducerOptions, 'topic' | 'compression' | 'headers'>, carry: Carrier = carrier) {
    this.#options = options;
    this.#carry = carry;
    this.#limit = recordLimit(undefined, options.compression);
  }

  learn({ maxMessageBytes }: TopicFacts): void {
    this.#limit = recordLimit(maxMessageBytes, this.#options.compression);
  }

  /** What carries a batch, to be sent one after the other. Throws SluiceError (`RecordTooLarge`) before the first. */
  *of(
    batch: RecordBatch,
    source: Provenance,
    { partitions }: TopicFacts,
  ): Generator<Pick<Request, 'partitions' | 'messages'>> {
    const [tooLarge] = this.oversized(batch, source);
    if (tooLarge !== undefined) throw recordTooLarge(batch, tooLarge, this.#options.topic, this.#limit);
    for (const round of rounds(batch, source, partitions, this.#headers(source), this.#limit)) {
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
