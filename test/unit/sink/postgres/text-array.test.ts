import { textArray } from '../../../../lib/sink/postgres/statement/parameters.ts';

/** What the server reads: an array of one dimension, each element behind its length. */
function read(bytes: Buffer): (string | null)[] {
  expect([bytes.readInt32BE(0), bytes.readInt32BE(8), bytes.readInt32BE(16)]).toEqual([1, 25, 1]);
  const count = bytes.readInt32BE(12);
  const texts: (string | null)[] = [];
  let at = 20;
  for (let i = 0; i < count; i++) {
    const length = bytes.readInt32BE(at);
    at += 4;
    texts.push(length < 0 ? null : bytes.toString('utf8', at, at + length));
    at += Math.max(0, length);
  }
  expect(at).toBe(bytes.length);
  expect(bytes.readInt32BE(4)).toBe(texts.includes(null) ? 1 : 0);
  return texts;
}

const LONG = 'x'.repeat(300);

test.each<[string, (string | null)[]]>([
  ['nothing', []],
  ['short and long ones', ['', 'a', LONG, 'b']],
  ['nulls', [null, 'a', null]],
  ['more than one byte to a letter, in a short one', ['a', 'ü', LONG]],
  ['in a long one, which comes last', ['a', 'é'.repeat(300)]],
  ['in a long one, which others follow', [LONG, `${LONG}€`, LONG, null]],
  ['letters of two units', ['😀'.repeat(30), '😀']],
  ['letters of Latin 1', ['\u0080\u00ff']],
])('texts as an array: %s', (_, texts) => {
  expect(read(textArray(texts.length, (i) => texts[i]!))).toEqual(texts);
});
