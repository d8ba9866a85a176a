import fc from 'fast-check';
import type { PrepareOptions } from '../../../lib/select/contract.ts';
import { CSV, JSONL, pieces, selectAll } from '../../support/select.ts';

const CSV_BODY = 'id,"na me",v\r\n1,"a,""b""",1.5\r\n2,é😀,x\n3,,\n"4","l\nm",7\n5,last,9';
const JSON_BODY = '{"id":1,"v":"é😀"}\n\n {"id":2,"v":[1,{"a":2}]} \n{"id":\n{"id":3}\r\n{"id":4,"v":null}';

const QUERIES: readonly (readonly [PrepareOptions, string, string])[] = [
  [CSV, CSV_BODY, 'SELECT * FROM S3Object s'],
  [CSV, CSV_BODY, 'SELECT s."na me" AS n, CAST(s.id AS INT) * 2 AS d FROM S3Object s WHERE s.v > 1 OR s.v = \'x\''],
  [{ ...CSV, output: { kind: 'csv' }, key: 'id' }, CSV_BODY, 'SELECT s.id, CAST(s.v AS DECIMAL) FROM S3Object s'],
  [JSONL, JSON_BODY, 'SELECT s.id, s.v FROM S3Object s WHERE s.id >= 2'],
  [{ ...JSONL, output: { kind: 'raw' } }, JSON_BODY, 'SELECT * FROM S3Object s'],
];

test('however the stream is cut, the rows, offsets and failures are the same', async () => {
  for (const [options, body, sql] of QUERIES) {
    const { batches: _, ...whole } = await selectAll(sql, options, body);
    for (let size = 1; size < 40; size++) {
      const { batches: __, ...cut } = await selectAll(sql, options, pieces(body, size));
      expect(cut).toEqual(whole);
    }
  }
});

test('a run that goes on where any batch ended neither repeats nor misses a record', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...QUERIES),
      fc.integer({ min: 1, max: 3 }),
      async ([options, body, sql], maxRows) => {
        const whole = await selectAll(sql, { ...options, maxRows }, body);
        const bytes = Buffer.from(body);
        let done = { rows: 0, failures: 0 };
        for (const batch of whole.batches) {
          done = { rows: done.rows + batch.count, failures: done.failures + batch.failures.length };
          const rest = await selectAll(sql, options, bytes.subarray(batch.to), {
            offset: batch.to,
            head: bytes.subarray(0, 40),
          });
          expect(rest.rows).toEqual(whole.rows.slice(done.rows));
          expect(rest.offsets).toEqual(whole.offsets.slice(done.rows));
          expect(rest.failures).toEqual(whole.failures.slice(done.failures));
        }
      },
    ),
    { numRuns: 60 },
  );
});
