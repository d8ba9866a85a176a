import fc from 'fast-check';
import type { RecordBatch } from '../../../lib/kafka/contract.ts';
import { carrier, encodedMessages, plainMessages } from '../../../lib/kafka/messages.ts';
import { NO_HEADERS, provenanceHeaders, recordSize, varintSize, writeVarint } from '../../../lib/kafka/record-batch.ts';
import { type Round, rounds } from '../../../lib/kafka/rounds.ts';
import { column } from '../../support/rows.ts';

/** kafkajs's own encoder of a record, which plain messages go through: the oracle. */
interface Encoder {
  readonly buffer: Buffer;
}
const encodeRecord: (record: object) => Encoder = jest.requireActual('kafkajs/src/protocol/recordBatch/record/v0');

const source = { bucket: 'logs', key: 'access/ü.csv.gz', version: 'v1' };
const text = fc.string({ unit: 'binary', maxLength: 300 });
const offset = fc.oneof(fc.nat(2_000_000), fc.maxSafeNat());
const row = fc.record({ value: text, key: fc.option(text), offset });

function batchOf(
  rows: readonly { readonly value: string; readonly key: string | null; readonly offset: number }[],
): RecordBatch {
  return {
    count: rows.length,
    values: column(rows.map(({ value }) => value)),
    keys: column(rows.map(({ key }) => key ?? '')),
    keyNulls: Uint8Array.from(rows, ({ key }) => (key === null ? 1 : 0)),
    offsets: Float64Array.from(rows, (each) => each.offset),
  };
}

const headersOf = (withHeaders: boolean) => (withHeaders ? provenanceHeaders(source) : NO_HEADERS);

test('a batch is, byte for byte, what kafkajs makes of the same records one by one', () => {
  fc.assert(
    fc.property(
      fc.array(row, { minLength: 1, maxLength: 80 }),
      fc.boolean(),
      fc.integer({ min: 1, max: 7 }),
      (rows, withHeaders, partitions) => {
        const batch = batchOf(rows);
        for (const round of rounds(batch, source, partitions, headersOf(withHeaders), 1_000_000)) {
          for (const records of round) {
            const plain = plainMessages([records], batch, withHeaders ? source : undefined);
            const expected = plain.map(
              (message, i) => encodeRecord({ ...message, offsetDelta: i, timestampDelta: 0 }).buffer,
            );
            expect(records.bytes.equals(Buffer.concat(expected))).toBe(true);
          }
        }
      },
    ),
  );
});

test('every row goes out once, in order within its partition, and no batch passes the limit', () => {
  fc.assert(
    fc.property(
      fc.array(row, { minLength: 1, maxLength: 80 }),
      fc.integer({ min: 700, max: 5000 }),
      fc.nat(20),
      (rows, limit, first) => {
        const batch = { ...batchOf(rows), first: Math.min(first, rows.length - 1) };
        const headers = headersOf(true);
        const seen: number[] = [];
        const last = new Map<number, number>();
        for (const round of rounds(batch, source, 3, headers, limit)) {
          expect(new Set(round.map(({ partition }) => partition)).size).toBe(round.length);
          for (const { partition, bytes, rows: sent, count } of round) {
            expect(count).toBe(sent.length);
            if (count > 1) expect(bytes.length).toBeLessThanOrEqual(limit);
            else expect(bytes.length).toBe(recordSize(batch, sent[0]!, headers));
            for (const index of sent) {
              expect(index).toBeGreaterThan(last.get(partition) ?? -1);
              last.set(partition, index);
              seen.push(index);
            }
          }
        }
        expect(seen.sort((a, b) => a - b)).toEqual(rows.map((_, i) => i).slice(batch.first));
      },
    ),
  );
});

test('the same record goes to the same partition, whatever batch it comes in', () => {
  fc.assert(
    fc.property(fc.array(row, { minLength: 2, maxLength: 30 }), fc.nat(28), (rows, cut) => {
      const partitionOf = (sent: Round[], shift: number) =>
        new Map(
          sent
            .flat()
            .flatMap(({ partition, rows: indexes }) =>
              [...indexes].map((index) => [index + shift, partition] as const),
            ),
        );
      const whole = partitionOf(rounds(batchOf(rows), source, 5, NO_HEADERS, 1e6), 0);
      const at = 1 + (cut % (rows.length - 1));
      const tail = partitionOf(rounds(batchOf(rows.slice(at)), source, 5, NO_HEADERS, 1e6), at);
      for (const [index, partition] of tail) expect(partition).toBe(whole.get(index));
    }),
  );
});

test('varints are the ones of kafkajs, and as long as they say', () => {
  const Encoder: new () => Encoder & { writeVarInt(value: number): Encoder } =
    jest.requireActual('kafkajs/src/protocol/encoder');
  const lengths = fc.oneof(
    fc.nat(300),
    fc.constantFrom(0x3f, 0x40, 0x1fff, 0x2000, 0xfffff, 0x100000, 0x7ffffff, 0x8000000, 2 ** 30),
    fc.nat(2 ** 30),
  );
  fc.assert(
    fc.property(lengths, (value) => {
      const bytes = Buffer.alloc(8);
      const end = writeVarint(bytes, 0, value);
      expect(end).toBe(varintSize(value));
      expect(bytes.subarray(0, end).equals(new Encoder().writeVarInt(value).buffer)).toBe(true);
    }),
  );
});

test('the pinned kafkajs is the one that takes encoded batches', () => {
  expect(carrier).toBe(encodedMessages);
});
