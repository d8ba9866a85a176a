import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';

/** How long each property is fuzzed, in seconds: FUZZ_SECONDS=600 for a night's run. */
const SECONDS = Number(process.env['FUZZ_SECONDS'] ?? 1);
/** Of a seed that once found something. */
const KEPT_RUNS = 150;

/**
 * Tries the property on the seeds that are kept under its name in test/property/data/seeds.json, then on new ones until
 * the time is over. A failure names its seed: keep it there.
 */
export async function fuzz<T>(name: string, input: fc.Arbitrary<T>, holds: (input: T) => Promise<void>): Promise<void> {
  const property = fc.asyncProperty(input, holds);
  const kept = (
    JSON.parse(readFileSync(join(__dirname, '..', 'property', 'data', 'seeds.json'), 'utf8')) as Readonly<
      Record<string, readonly number[]>
    >
  )[name];
  for (const seed of kept ?? []) await fc.assert(property, { seed, numRuns: KEPT_RUNS });
  await fc.assert(property, { numRuns: 1e9, interruptAfterTimeLimit: SECONDS * 1000, markInterruptAsFailure: false });
}

/** Time for the kept seeds and the budget, in milliseconds. */
export const FUZZ_TIMEOUT = SECONDS * 1000 + 60_000;

interface Edit {
  readonly kind: 'insert' | 'remove' | 'repeat' | 'replace' | 'cut';
  /** A part of the whole, 0 to 1. */
  readonly at: number;
  readonly length: number;
  readonly times: number;
  readonly bytes: Uint8Array;
}

const TELLING = [
  '"',
  "'",
  '`',
  '\\',
  '\n',
  '\r',
  ',',
  '{',
  '}',
  '[',
  ']',
  ':',
  '(',
  ')',
  '\0',
  '-',
  '\ufeff',
  '\u2028',
];

const edits: fc.Arbitrary<readonly Edit[]> = fc.array(
  fc.record({
    kind: fc.constantFrom('insert', 'remove', 'repeat', 'replace', 'cut'),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.oneof({ weight: 4, arbitrary: fc.nat(8) }, { weight: 1, arbitrary: fc.nat(200) }),
    times: fc.oneof({ weight: 9, arbitrary: fc.nat(4) }, { weight: 1, arbitrary: fc.nat(3000) }),
    bytes: fc.oneof(
      fc.constantFrom(...TELLING).map((text) => Buffer.from(text)),
      fc.uint8Array({ minLength: 1, maxLength: 4 }),
    ),
  }),
  { minLength: 1, maxLength: 5 },
);

/** Something good, spoiled in a few places. */
export function spoiled(good: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Buffer> {
  return fc.tuple(good, edits).map(([bytes, all]) => all.reduce(edited, Buffer.from(bytes)));
}

function edited(bytes: Buffer, { kind, at, length, times, bytes: put }: Edit): Buffer {
  const from = Math.floor(at * bytes.length);
  const [head, part, tail] = [
    bytes.subarray(0, from),
    bytes.subarray(from, from + length),
    bytes.subarray(from + length),
  ];
  switch (kind) {
    case 'insert':
      return Buffer.concat([head, put, part, tail]);
    case 'remove':
      return Buffer.concat([head, tail]);
    case 'repeat':
      return Buffer.concat([head, ...Array.from({ length: times }, () => part), tail]);
    case 'replace':
      return Buffer.concat([head, put, tail]);
    case 'cut':
      return Buffer.from(head);
  }
}
