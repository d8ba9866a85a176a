import fc from 'fast-check';
import { SluiceError } from '../../../lib/failure/index.ts';
import { prepare } from '../../../lib/select/index.ts';

const WORDS =
  `SELECT FROM WHERE LIMIT AS AND OR NOT IN BETWEEN LIKE ESCAPE IS NULL MISSING TRUE FALSE CASE WHEN THEN ELSE END
CAST INT STRING DECIMAL TIMESTAMP S3Object s a "b" _1 * ( ) [ ] , . ; = <> < <= > >= + - / % || 1 2.5 1e3 'x' '' \`2010T\`
COUNT SUM AVG MAX MIN COALESCE NULLIF LOWER SUBSTRING TRIM LEADING FOR EXTRACT DATE_ADD DATE_DIFF year TO_STRING TO_TIMESTAMP
UTCNOW REGEXP_LIKE SPLIT_PART s.a s.b[0] S3Object[*].x`.split(/\s+/);

/** Whatever is written, the answer is a query or a SluiceError with a place. */
function expectAnswer(sql: string): void {
  for (const input of [{ kind: 'jsonl' }, { kind: 'csv', csv: { header: 'use' } }] as const) {
    try {
      prepare(sql, { input, output: { kind: 'json' }, now: () => 0 });
    } catch (error) {
      expect(error).toBeInstanceOf(SluiceError);
      expect((error as SluiceError).message).toMatch(/^\d+:\d+: /);
    }
  }
}

test('words of the dialect in any order', () => {
  const words = fc.array(fc.constantFrom(...WORDS), { maxLength: 25 }).map((parts) => parts.join(' '));
  fc.assert(fc.property(words, expectAnswer), { numRuns: 1500 });
  fc.assert(
    fc.property(words, (tail) => expectAnswer(`SELECT ${tail} FROM S3Object s WHERE ${tail}`)),
    { numRuns: 1500 },
  );
});

test('any text', () => {
  fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), expectAnswer), { numRuns: 1000 });
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => expectAnswer(`SELECT ${text}`)),
    { numRuns: 1000 },
  );
});
