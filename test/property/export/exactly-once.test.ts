import fc from 'fast-check';
import type { FailurePolicy } from '../../../lib/export/plan.ts';
import type { RunResult } from '../../../lib/telemetry/run-record.ts';
import { csvPlan, ExactWorld, LEDGERS } from '../../support/exact.ts';
import { away } from '../../support/ledger/fakes.ts';

/** Numbers, and fields that are none: with quotes, newlines and characters of several bytes. */
const FIELDS = ['x', 'a\nb', 'é"q', '💧,'];
const field = fc.oneof({ weight: 4, arbitrary: fc.nat(999).map(String) }, fc.constantFrom(...FIELDS));
const call = fc.constantFrom('connect', 'readOffset', 'begin', 'send', 'sendOffsets', 'commit');
const fault = fc.record({ call, carriedOut: fc.boolean() });
/** One run: what fails in it, and how many seconds it has over the margin that it keeps. */
const attempt = fc.record({ faults: fc.array(fault, { maxLength: 3 }), seconds: fc.integer({ min: 1, max: 8 }) });

const written = (value: string) => `"${value.replaceAll('"', '""')}"\r\n`;

describe.each(LEDGERS)('an export exactly once, with ledger: %s', (kind) => {
  it('sends each row and each letter once and in order, whatever fails and however often time runs out', () => {
    const policy = fc.constantFrom<FailurePolicy>('discard', 'deadLetter');
    return fc.assert(
      fc.asyncProperty(
        fc.array(field, { maxLength: 25 }),
        fc.integer({ min: 1, max: 6 }),
        policy,
        fc.option(fc.integer({ min: 0, max: 20 })),
        fc.array(attempt, { maxLength: 8 }),
        async (fields, maxRows, onError, limit, attempts) => {
          const world = new ExactWorld(kind, `n\r\n${fields.map(written).join('')}`);
          world.throttle = 1_000;
          const query = `SELECT CAST(s.n AS INT) AS n FROM S3Object s${limit === null ? '' : ` LIMIT ${limit}`}`;
          const plan = csvPlan(query, maxRows, { onError });
          let result: RunResult = 'failed';
          for (const { faults, seconds } of attempts) {
            if (result !== 'failed') break;
            for (const { call: name, carriedOut } of faults) world.broker.fail(name, away(), carriedOut);
            ({ result } = await world.run(plan, { seconds: 10 + seconds }));
            world.time.now += 120_000;
          }
          const last = await world.run(plan, { seconds: 3_600 });
          // A run may have failed for nothing but the lost answer to its last commit.
          expect(result === 'failed' ? ['done', 'ignored'] : ['ignored']).toContain(last.result);

          const numbers = fields.filter((value) => !FIELDS.includes(value));
          const rows = numbers.slice(0, limit ?? numbers.length).map((value) => String(Number(value)));
          const seen = world.broker.records.filter((value) => /^\d+$/.test(value));
          expect(seen).toEqual(rows);
          expect(last.sent).toBe(rows.length);
          expect(last.matched).toBe(rows.length);
          const letters = world.broker.records.filter((value) => !/^\d+$/.test(value));
          expect(letters).toHaveLength(last.deadLettered);
          expect(last.failed).toBe(last.discarded + last.deadLettered);
          if (limit !== null) return;
          expect(last.scanned).toBe(fields.length);
          expect(last.failed).toBe(fields.length - numbers.length);
        },
      ),
      { numRuns: 300 },
    );
  });
});
