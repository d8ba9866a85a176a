import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import type { InputFormat } from '../../../lib/format/options.ts';
import type { PathStep } from '../../../lib/format/reader.ts';
import { type Item, read } from '../../support/read.ts';

/** Several windows' worth of records, so that records of every kind lie across the places where a window is refilled. */
const SIZE = 1_200_000;
const each: PathStep = { kind: 'each' };
const seeds = fc.record({
  lengths: fc.array(fc.integer({ min: 1, max: 60_000 }), { minLength: 3, maxLength: 12 }),
  cuts: fc.array(fc.nat(SIZE), { maxLength: 12 }),
});
const runs = { numRuns: 8 };

function repeated(lengths: readonly number[], record: (i: number, filler: string) => string): string[] {
  const records: string[] = [];
  for (let i = 0, size = 0; size < SIZE; i++) {
    // Mostly short ones: the filler's length is drawn down for all but every seventh.
    const length = lengths[i % lengths.length]!;
    const text = record(i, 'é'.repeat(i % 7 === 0 ? length / 2 : length % 50));
    records.push(text);
    size += Buffer.byteLength(text);
  }
  return records;
}

function textsOf(items: readonly Item[]): string[] {
  return items.map((item) =>
    item.kind === 'value' ? Buffer.from(item.text, 'latin1').toString() : JSON.stringify(item),
  );
}

describe('objects of several windows, cut anywhere', () => {
  test.each<[string, InputFormat]>([
    ['csv', { kind: 'csv', csv: {} }],
    ['csv in sequences', { kind: 'csv', csv: { escape: '"', delimiter: '::' } }],
  ])('%s', (_, format) => {
    const delimiter = (format.kind === 'csv' && format.csv.delimiter) || ',';
    fc.assert(
      fc.property(seeds, ({ lengths, cuts }) => {
        const bytes = Buffer.from(
          repeated(
            lengths,
            (i, filler) =>
              [i, filler, `"${filler}""\r\n${delimiter}"`, ''].join(delimiter) + (i % 2 === 0 ? '\n' : '\r\n'),
          ).join(''),
        );
        const { items, consumed } = read(format, bytes, cuts);
        const expected = parse(bytes.toString('latin1'), { delimiter, record_delimiter: ['\r\n', '\n'] });
        expect(items.map((item) => item.kind === 'fields' && item.fields)).toEqual(expected);
        expect(consumed).toBe(bytes.length);
        expect(items.reduce((sum, { length }) => sum + length, 0)).toBe(bytes.length);
      }),
      runs,
    );
  });

  test('jsonl', () => {
    fc.assert(
      fc.property(seeds, ({ lengths, cuts }) => {
        const lines = repeated(lengths, (i, filler) => JSON.stringify({ i, filler, '"{': ['\\', filler] }));
        const { items } = read({ kind: 'jsonl' }, Buffer.from(lines.join('\n')), cuts);
        expect(textsOf(items)).toEqual(lines);
      }),
      runs,
    );
  });

  test('json', () => {
    fc.assert(
      fc.property(seeds, ({ lengths, cuts }) => {
        const elements = repeated(lengths, (i, filler) =>
          JSON.stringify(i % 3 === 0 ? filler : { i, filler, '"{': ['\\', filler] }),
        );
        const document = Buffer.from(
          `{"skip":[${elements.slice(0, 40).join()}],"rows":[${elements.join(' ,')}],"more":${elements[0]}}`,
        );
        const { items } = read({ kind: 'json' }, document, cuts, {
          path: [each, { kind: 'name', name: 'rows', exact: true }, each],
        });
        expect(textsOf(items)).toEqual(elements);
      }),
      runs,
    );
  });
});
