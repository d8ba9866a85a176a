import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { createReader } from '../../../lib/format/create.ts';
import { ByteCsvReader, isByteDialect } from '../../../lib/format/csv/byte-reader.ts';
import { dialectOf } from '../../../lib/format/csv/dialect.ts';
import { SequenceCsvReader } from '../../../lib/format/csv/sequence-reader.ts';
import type { CsvOptions } from '../../../lib/format/options.ts';
import { Field, Step } from '../../../lib/format/reader.ts';
import { everyCut, type Item, read, readWith } from '../../support/read.ts';

/** Dialects that the two readers take between them; the letters of wild input are drawn from all of them. */
const dialects: readonly CsvOptions[] = [
  {},
  { quotedRecordDelimiter: false },
  { quote: null },
  { comment: '#' },
  { delimiter: ';', recordDelimiter: '|' },
  { delimiter: '\t', quote: "'", comment: '--' },
  { escape: '\\' },
  { escape: '\\', quotedRecordDelimiter: false },
  { recordDelimiter: '\r\n' },
  { delimiter: '||', recordDelimiter: ';;' },
  { delimiter: '§', quote: '«', escape: '¬' },
  { delimiter: '--', quote: "''" },
];
const letters = [
  'a',
  'b',
  '"',
  '"',
  '"',
  ',',
  ',',
  '\n',
  '\n',
  '\r',
  '\r\n',
  ';',
  '|',
  '#',
  '\\',
  "'",
  '-',
  '\t',
  '§',
  '«',
  '¬',
  ' ',
  '\u2028',
  '\ufeff',
  'é',
];
const wild = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...letters).map((letter) => Buffer.from(letter)) },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 2 }).map((bytes) => Buffer.from(bytes)) },
    ),
    { maxLength: 40 },
  )
  .map((parts) => Buffer.concat(parts));
/** Input that is mostly well formed, so that long runs of records are compared. */
const tidy = fc
  .array(
    fc.array(fc.constantFrom('', 'a', 'x y', '"q"', '"a,b"', '"1""2"', '"n\nl"', '""', 'é', 'l"one'), {
      minLength: 1,
      maxLength: 4,
    }),
    { maxLength: 8 },
  )
  .map((rows) => Buffer.from(rows.map((row) => row.join(',')).join('\r\n')));
const options = fc
  .record({
    dialect: fc.constantFrom(...dialects),
    header: fc.constantFrom('use', 'ignore', 'none' as const),
    fieldCount: fc.constantFrom('strict', 'lenient' as const),
  })
  .map(({ dialect, ...rest }) => ({ ...dialect, ...rest }) as CsvOptions);
const input = fc.oneof(wild, tidy);
const runs = { numRuns: 500 };

describe('CSV records', () => {
  test('are the same however the stream is cut', () => {
    fc.assert(
      fc.property(options, input, fc.array(fc.nat(60), { maxLength: 5 }), (csv, bytes, cuts) => {
        const whole = read({ kind: 'csv', csv }, bytes);
        expect(read({ kind: 'csv', csv }, bytes, cuts)).toEqual(whole);
        expect(read({ kind: 'csv', csv }, bytes, everyCut(bytes.length))).toEqual(whole);
      }),
      runs,
    );
  });

  test('go on from any place that was consumed', () => {
    fc.assert(
      fc.property(options, input, (csv, bytes) => {
        const { items, header } = read({ kind: 'csv', csv }, bytes);
        for (const [i, { consumed }] of items.entries()) {
          if (consumed === 0) continue;
          const rest = read({ kind: 'csv', csv }, bytes.subarray(consumed), [], {
            at: consumed,
            ...(header === undefined ? {} : { header }),
          });
          expect(rest.items).toEqual(items.slice(i + 1));
        }
      }),
      runs,
    );
  });

  test('are where their offsets say, one after another', () => {
    fc.assert(
      fc.property(options, input, (csv, bytes) => {
        const { items, consumed } = read({ kind: 'csv', csv }, bytes);
        let end = 0;
        for (const item of items) {
          expect(item.offset).toBeGreaterThanOrEqual(end);
          end = item.offset + item.length;
          // A header that cannot be read is not consumed: whoever comes again must meet it again.
          expect(item.consumed).toBe(item.kind === 'bad' && item.reason.startsWith('the header') ? 0 : end);
          if (item.kind === 'bad')
            expect(bytes.subarray(item.offset, end).toString('latin1').startsWith(item.raw)).toBe(true);
        }
        if (!items.some((item) => item.kind === 'bad' && item.fatal) && csv.header === 'none')
          expect(consumed).toBe(bytes.length);
      }),
      runs,
    );
  });

  test('are the same from both readers, where both can read', () => {
    fc.assert(
      fc.property(options, input, (csv, bytes) => {
        const dialect = dialectOf(csv);
        fc.pre(isByteDialect(dialect));
        expect(readWith(new ByteCsvReader(dialect), bytes)).toEqual(readWith(new SequenceCsvReader(dialect), bytes));
      }),
      runs,
    );
  });

  test('have the same fields in whatever order they are asked for, and more than once', () => {
    const places = fc.array(fc.oneof(fc.nat(5), fc.nat(300)), { maxLength: 12 });
    const long = fc.integer({ min: 250, max: 300 }).map((n) => Buffer.from(`${'a,'.repeat(n)}"b"\n${'c,'.repeat(n)}d`));
    fc.assert(
      fc.property(options, fc.oneof(wild, tidy, tidy, long), places, (csv, bytes, order) => {
        const { items } = read({ kind: 'csv', csv }, bytes);
        const reader = createReader({ kind: 'csv', csv });
        if (reader.kind !== 'text') throw new Error('CSV is text');
        reader.push(bytes);
        reader.end();
        for (const item of items) {
          const step = reader.next();
          if (item.kind !== 'fields') continue;
          expect(step).toBe(Step.RECORD);
          for (const i of order) {
            const field = reader.field(i);
            const { from, to } = reader;
            const found = field === Field.ESCAPED ? reader.unquote(from, to) : reader.bytes.subarray(from, to);
            expect(field === Field.ABSENT ? undefined : Buffer.from(found).toString('latin1')).toBe(item.fields[i]);
          }
        }
      }),
      runs,
    );
  });

  test('are those of csv-parse, where it and we promise the same', () => {
    let compared = 0;
    fc.assert(
      fc.property(fc.constantFrom(...dialects), input, (csv, bytes) => {
        const { items } = read({ kind: 'csv', csv }, bytes);
        fc.pre(items.every((item) => item.kind === 'fields'));
        fc.pre(!outsideOracle(csv, bytes));
        compared += items.length;
        expect(items.map(fieldsOfItem)).toEqual(parsed(csv, bytes));
      }),
      { numRuns: 1500 },
    );
    expect(compared).toBeGreaterThan(800);
  });
});

function fieldsOfItem(item: Item): readonly (string | undefined)[] {
  return item.kind === 'fields' ? item.fields : [];
}

function parsed(csv: CsvOptions, bytes: Buffer): string[][] {
  const quote = csv.quote === undefined ? '"' : csv.quote;
  const latin1 = (text: string) => Buffer.from(text).toString('latin1');
  return parse(bytes.toString('latin1'), {
    delimiter: latin1(csv.delimiter ?? ','),
    record_delimiter: csv.recordDelimiter === undefined ? ['\r\n', '\n'] : [latin1(csv.recordDelimiter)],
    quote: quote === null ? null : latin1(quote),
    escape: quote === null ? null : latin1(csv.escape ?? quote),
    comment: csv.comment ?? null,
    comment_no_infix: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
  });
}

/** csv-parse takes an escape before any byte, and knows no quotes that end with their record. A byte order mark is ours to drop. */
function outsideOracle(csv: CsvOptions, bytes: Buffer): boolean {
  const escaped = csv.escape !== undefined && bytes.includes(csv.escape);
  return escaped || csv.quotedRecordDelimiter === false || bytes.includes('\ufeff');
}
