import fc from 'fast-check';
import { merge, prune } from '../../../lib/rule/merge.ts';
import { readTree } from '../../../lib/rule/read.ts';
import { type MapNode, type Plain, plain } from '../../../lib/rule/tree.ts';

const { tree: value } = fc.letrec<{ tree: Plain }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<Plain>(null, true, 1, 'text'),
    fc.array(fc.constantFrom<Plain>('a', 2), { maxLength: 2 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('tree'), { maxKeys: 3 }),
  ),
}));
const map = fc.dictionary(fc.constantFrom('a', 'b', 'c'), value).map(asTree);

function asTree(content: Record<string, Plain>): MapNode {
  return readTree({ path: 'any.yml', text: JSON.stringify(content) });
}

/** What merging means, said once more and without places. */
function merged(base: Plain, over: Plain): Plain {
  if (!isMap(over)) return over;
  const below = isMap(base) ? base : {};
  const keys = new Set([...Object.keys(below), ...Object.keys(over)]);
  const entries = [...keys].map(
    (key) => [key, key in over ? merged(below[key] ?? null, over[key]!) : below[key]!] as const,
  );
  return Object.fromEntries(entries.filter(([, inner]) => inner !== null));
}

function isMap(content: Plain): content is { [key: string]: Plain } {
  return content !== null && typeof content === 'object' && !Array.isArray(content);
}

const BUDGET = { numRuns: 300 };

test('merging is what it says', () => {
  fc.assert(
    fc.property(map, map, (base, over) => {
      expect(plain(merge(prune(base), over))).toEqual(merged(plain(prune(base)), plain(over)));
    }),
    BUDGET,
  );
});

test('merging the same stage again changes nothing', () => {
  fc.assert(
    fc.property(map, map, (base, over) => {
      const once = merge(prune(base), over);
      expect(plain(merge(once, over))).toEqual(plain(once));
    }),
    BUDGET,
  );
});

test('an empty stage changes nothing', () => {
  fc.assert(
    fc.property(map, (base) => {
      expect(plain(merge(prune(base), asTree({})))).toEqual(plain(prune(base)));
    }),
    BUDGET,
  );
});

test('no null is left behind', () => {
  fc.assert(
    fc.property(map, map, (base, over) => {
      expect(JSON.stringify(plain(merge(prune(base), over)))).not.toContain(':null');
    }),
    BUDGET,
  );
});
