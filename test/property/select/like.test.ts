import fc from 'fast-check';
import { LikePattern } from '../../../lib/select/values/like.ts';

/** What LIKE means, as a regular expression. */
function oracle(pattern: string, mark: string | undefined): RegExp {
  const characters = [...pattern];
  let source = '';
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i]!;
    if (character === mark) source += characters[++i]!.replace(/[\\^$.*+?()[\]{}|/]/gu, '\\$&');
    else if (character === '%') source += '.*?';
    else if (character === '_') source += '.';
    else source += character.replace(/[\\^$.*+?()[\]{}|/]/gu, '\\$&');
  }
  return new RegExp(`^${source}$`, 'su');
}

const letter = fc.constantFrom('a', 'b', 'é', '😀', '.', '\n');
const text = fc.array(letter, { maxLength: 12 }).map((letters) => letters.join(''));
const pattern = fc.array(fc.oneof(letter, fc.constantFrom('%', '_')), { maxLength: 8 }).map((parts) => parts.join(''));
const escaped = fc
  .array(fc.oneof(letter, fc.constantFrom('%', '_', '#%', '#_', '##')), { maxLength: 8 })
  .map((parts) => parts.join(''));

test('LIKE is the regular expression that it means', () => {
  fc.assert(
    fc.property(text, pattern, (one, like) => {
      expect(new LikePattern(like).matchesText(one)).toBe(oracle(like, undefined).test(one));
    }),
    { numRuns: 5000 },
  );
});

test('ESCAPE takes the meaning from what follows', () => {
  const marked = fc
    .array(fc.oneof(letter, fc.constantFrom('%', '_', '#')), { maxLength: 8 })
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(marked, escaped, (one, like) => {
      expect(new LikePattern(like, '#').matchesText(one)).toBe(oracle(like, '#').test(one));
    }),
    { numRuns: 5000 },
  );
});
