import fc from 'fast-check';
import { UNKNOWN } from '../../../lib/format/json/keys.ts';
import { Members } from '../../../lib/format/json/members.ts';
import { MAX_DEPTH, validate } from '../../../lib/format/json/scan.ts';

/** What stands in the window behind the text: nothing, what would go on with it, the next line. */
const behind = fc.constantFrom('', '"', '":1}', 'a":1,"b":2}', '\n{"a":1}\n', '\\"}      ');
const letters = fc.constantFrom('a', 'b', 'ab', 'é', '漢', ' ', '{', ':');
const keys = fc.oneof(
  fc.constantFrom('a', 'b', 'ab', 'abc', 'abcd', 'abcde', '', 'é', 'q"', '\u0001'),
  fc.array(letters, { maxLength: 80 }).map((parts) => parts.join('')),
);
const values = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, 0, -1.5e-7, '', 'x', 'say "no"', 'C:\\', 'tab\t', '\u007f', [], {}),
  fc.array(letters, { maxLength: 20 }).map((parts) => parts.join('')),
  fc.constantFrom<unknown>([1, { a: '}' }], { a: [{ b: 'x' }] }),
);
const objects = fc
  .tuple(fc.array(fc.tuple(keys, values), { maxLength: 6 }), fc.constantFrom('', ' ', '\t '))
  .map(([members, space]) => {
    const text = members.map(
      ([key, value]) => `${space}${JSON.stringify(key)}${space}:${space}${JSON.stringify(value)}`,
    );
    return { members, compact: space === '', text: `{${text.join(`${space},`)}${space}}` };
  });

/** The text in a window with other bytes around it. */
function inWindow(text: string, rest: string): { bytes: Buffer; from: number; to: number } {
  const bytes = Buffer.from(`xyz${text}${rest}`);
  return { bytes, from: 3, to: 3 + Buffer.byteLength(text) };
}

test('the members of objects are where they stand, whatever the records before had', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(objects, behind), { minLength: 1, maxLength: 12 }), (records) => {
      const noted = new Members();
      const numbers = new Map<number, string>();
      let tight = true;
      for (const [{ members, compact, text }, rest] of records) {
        const { bytes, from, to } = inWindow(text, rest);
        const end = noted.validate(bytes, from, to);
        tight &&= compact;
        const found = members.map(([key, value], i) => {
          const [lead = 0, valueAt = 0, number = 0] = noted.places.subarray(3 * i);
          const keyAt = bytes.indexOf('"', lead);
          if (number !== UNKNOWN) numbers.set(number, numbers.get(number) ?? key);
          return {
            key: bytes.toString('utf8', keyAt, keyAt + Buffer.byteLength(JSON.stringify(key))),
            value: bytes.toString('utf8', valueAt, valueAt + Buffer.byteLength(JSON.stringify(value))),
            known: numbers.get(number) ?? key,
          };
        });
        expect({ end, count: noted.count, compact: noted.compact, found }).toEqual({
          end: to,
          count: members.length,
          // It may stay behind when a record had white space.
          compact: tight || (compact && noted.compact),
          found: members.map(([key, value]) => ({
            key: JSON.stringify(key),
            value: JSON.stringify(value),
            known: key,
          })),
        });
      }
    }),
    { numRuns: 400 },
  );
});

test('what is refused is refused at the same byte as without noting', () => {
  const damage = fc.tuple(
    fc.nat(),
    fc.nat(2),
    fc.constantFrom('', '"', '\\', '\u0000', ',', '}', ':', ' ', 'x', '\\u00'),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(objects, damage, behind), { minLength: 1, maxLength: 8 }), (records) => {
      const noted = new Members();
      for (const [{ text }, [place, taken, put], rest] of records) {
        const at = place % text.length;
        const { bytes, from, to } = inWindow(text.slice(0, at) + put + text.slice(at + taken), rest);
        expect(noted.validate(bytes, from, to)).toBe(validate(bytes, from, to));
      }
    }),
    { numRuns: 1000 },
  );
});

test('more keys than are kept, and keys that come twice', () => {
  const noted = new Members();
  const names = Array.from({ length: 5000 }, (_, i) => `key-${i}`);
  for (const some of [names, names.toReversed(), ['key-1', 'key-4999', 'key-1']]) {
    const bytes = Buffer.from(`{${some.map((name) => `"${name}":0`).join()}}    `);
    expect(noted.validate(bytes, 0, bytes.length)).toBe(bytes.length);
    expect(noted.count).toBe(some.length);
    some.forEach((name, i) => {
      const at = bytes.indexOf('"', noted.places[3 * i]!) + 1;
      expect(bytes.toString('latin1', at, at + name.length)).toBe(name);
    });
  }
});

test('an object counts among the containers that its values nest in', () => {
  const nested = (depth: number) => Buffer.from(`{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`);
  const deep = nested(MAX_DEPTH - 1);
  expect(new Members().validate(deep, 0, deep.length)).toBe(deep.length);
  const deeper = nested(MAX_DEPTH);
  expect(new Members().validate(deeper, 0, deeper.length)).toBe(validate(deeper, 0, deeper.length));
  expect(validate(deeper, 0, deeper.length)).toBeLessThan(0);
});
