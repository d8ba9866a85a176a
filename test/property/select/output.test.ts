import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { CSV, JSONL, selectAll } from '../../support/select.ts';

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }).filter((one) => one.isWellFormed() && !one.includes('\r')),
  fc.constantFrom('', '"', '""', ',', '\\', '\n', '\t', '\u0000', '\u001f', 'é', '😀', '\u2028', ' ', 'plain', '#'),
);
const record = fc.array(text, { minLength: 1, maxLength: 6 }).filter((fields) => fields.join('') !== '');
const quoted = (field: string) => `"${field.replaceAll('"', '""')}"`;
const plainly = (field: string) => (/[",\n]/.test(field) ? quoted(field) : field);

test('SELECT * gives every field of a CSV record, quoted or not, as the JSON string that it is', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(record, { maxLength: 5 }), fc.boolean(), async (records, always) => {
      const body = records.map((fields) => `${fields.map(always ? quoted : plainly).join()}\n`).join('');
      const { rows } = await selectAll('SELECT * FROM S3Object', { ...CSV, input: { kind: 'csv', csv: {} } }, body);
      const expected = records.map((fields) => Object.fromEntries(fields.map((field, i) => [`_${i + 1}`, field])));
      expect(rows.map((row) => JSON.parse(row) as unknown)).toEqual(expected);
      for (const row of rows) expect(row).not.toMatch(/[\n\r]/);
    }),
    { numRuns: 800 },
  );
});

test('CSV output is read back as it was, by another reader', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(record, { minLength: 1, maxLength: 5 }),
      fc.constantFrom('always', 'as-needed'),
      async (records, quoteFields) => {
        const body = records.map((fields) => `${JSON.stringify({ a: fields[0], b: fields.at(-1) })}\n`).join('');
        const options = { ...JSONL, output: { kind: 'csv', quoteFields } } as const;
        const { rows } = await selectAll('SELECT s.a, s.b, LOWER(s.a) FROM S3Object s', options, body);
        const expected = records.map((fields) => [fields[0], fields.at(-1), fields[0]!.toLowerCase()]);
        expect(parse(`${rows.join('\n')}\n`)).toEqual(expected);
      },
    ),
    { numRuns: 800 },
  );
});

test('JSON rows pass through with every value that they had', async () => {
  const value = fc.jsonValue({ maxDepth: 3 }).map((one) => ({ a: one, b: [one], 'c d': 'x' }));
  await fc.assert(
    fc.asyncProperty(fc.array(value, { maxLength: 5 }), fc.constantFrom(0, 1, 2), async (values, indent) => {
      const body = values.map((one) => JSON.stringify(one, null, indent)).join('\n');
      const options = { ...JSONL, input: { kind: 'json' } } as const;
      const all = await selectAll('SELECT * FROM S3Object', options, body);
      expect(all.rows).toEqual(values.map((one) => JSON.stringify(one)));
      const some = await selectAll('SELECT s."c d", s.a, s.b[0] AS e FROM S3Object s', options, body);
      expect(some.rows).toEqual(values.map(({ a }) => JSON.stringify({ 'c d': 'x', a, e: a })));
    }),
    { numRuns: 500 },
  );
});
