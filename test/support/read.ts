import { createReader, type ReaderOptions } from '../../lib/format/create.ts';
import type { InputFormat } from '../../lib/format/options.ts';
import { Field, type RecordReader, Step, type TextReader } from '../../lib/format/reader.ts';

/** What a reader handed out, copied. */
export type Item =
  | {
      readonly kind: 'fields';
      readonly fields: readonly (string | undefined)[];
      readonly offset: number;
      readonly length: number;
      readonly consumed: number;
    }
  | {
      readonly kind: 'value';
      readonly text: string;
      readonly offset: number;
      readonly length: number;
      readonly consumed: number;
    }
  | {
      readonly kind: 'bad';
      readonly code: string;
      readonly reason: string;
      readonly offset: number;
      readonly length: number;
      readonly raw: string;
      readonly fatal: boolean;
      readonly consumed: number;
    };

export interface Reading {
  readonly items: readonly Item[];
  readonly header: readonly string[] | undefined;
  readonly consumed: number;
}

/** Feeds the bytes in chunks that end at `cuts`, through one chunk buffer that is overwritten for each, as a caller may. */
export function read(
  format: InputFormat,
  bytes: Uint8Array,
  cuts: readonly number[] = [],
  options: ReaderOptions = {},
): Reading {
  return readWith(createReader(format, options), bytes, cuts);
}

export function readWith(reader: RecordReader, bytes: Uint8Array, cuts: readonly number[] = []): Reading {
  const items: Item[] = [];
  const shared = new Uint8Array(bytes.length);
  const ends = [...cuts.filter((cut) => cut < bytes.length), bytes.length].sort((a, b) => a - b);
  let from = 0;
  for (const end of ends) {
    shared.set(bytes.subarray(from, end));
    reader.push(shared.subarray(0, end - from));
    drain(reader, items);
    shared.fill(0x2a, 0, end - from);
    from = end;
  }
  reader.end();
  drain(reader, items);
  return { items, header: reader.kind === 'text' ? reader.header : undefined, consumed: reader.consumed };
}

export function everyCut(size: number): readonly number[] {
  return Array.from({ length: size }, (_, i) => i);
}

function drain(reader: RecordReader, items: Item[]): void {
  for (let step = reader.next(); step !== Step.MORE; step = reader.next()) items.push(itemOf(reader, step));
}

function itemOf(reader: RecordReader, step: Step): Item {
  const { offset, length, consumed } = reader;
  if (step === Step.BAD) {
    const { code, reason, raw, fatal = false, ...place } = reader.failure!;
    expect(place).toEqual({ offset, length });
    return { kind: 'bad', code, reason, offset, length, raw: Buffer.from(raw).toString('latin1'), fatal, consumed };
  }
  if (reader.kind === 'text') return { kind: 'fields', fields: fieldsOf(reader), offset, length, consumed };
  return { kind: 'value', text: textOf(reader.bytes, reader.start, reader.stop), offset, length, consumed };
}

/** As latin1, so that bytes that are no UTF-8 stay apart; `undefined` for one that a log leaves out. */
function fieldsOf(reader: TextReader): readonly (string | undefined)[] {
  return Array.from({ length: reader.count() }, (_, i) => {
    const kind = reader.field(i);
    if (kind === Field.ABSENT) return undefined;
    const { from, to } = reader;
    if (kind === Field.PLAIN) return textOf(reader.bytes, from, to);
    const bytes = reader.unquote(from, to);
    return textOf(bytes, 0, bytes.length);
  });
}

function textOf(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.subarray(from, to)).toString('latin1');
}
