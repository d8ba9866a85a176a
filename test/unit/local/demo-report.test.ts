import { compare, countTable, differences, isExact } from '../../../local/demo-report.ts';

describe("the demo's comparison", () => {
  it.each([
    ['the same, in another order', ['a', 'b', 'b'], ['b', 'a', 'b'], {}],
    ['one lost', ['a', 'b'], ['a'], { missing: 1 }],
    ['one twice', ['a', 'b'], ['a', 'b', 'a'], { doubled: 1 }],
    ['one that should not be there', ['a'], ['a', 'c'], { unexpected: 1 }],
    ['nothing at all', ['a', 'b'], [], { missing: 2 }],
    ['a changed value is one lost and one too many', ['a'], ['A'], { missing: 1, unexpected: 1 }],
  ])('%s', (_, expected, found, difference) => {
    const comparison = compare(expected, found);
    expect(comparison).toEqual({
      expected: expected.length,
      found: found.length,
      missing: 0,
      doubled: 0,
      unexpected: 0,
      ...difference,
    });
    expect(isExact(comparison)).toBe(Object.keys(difference).length === 0);
  });
});

test('the counts stand side by side', () => {
  const table = countTable(compare(['a', 'b', 'c'], ['a', 'b', 'c']), compare(['a', 'b'], ['a']), 2);
  expect(table.map((line) => line.split(/ {2,}/))).toEqual([
    ['', 'in the object', 'in Kafka', 'in PostgreSQL'],
    ['status 500 or above', '3', '3'],
    ['of them not 503', '2', '2', '1'],
  ]);
});

test('what is wrong is told by place', () => {
  expect(differences('Kafka', compare(['a'], ['a']))).toEqual([]);
  expect(differences('PostgreSQL', compare(['a', 'b'], ['a', 'a', 'c']))).toEqual([
    'PostgreSQL: 1 missing, 1 twice, 1 unexpected',
  ]);
});
