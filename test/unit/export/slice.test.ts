import { slices } from '../../../lib/export/slice.ts';
import { rows, texts } from '../../support/rows.ts';

const none: ReadonlySet<number> = new Set();
const cut = (values: string[], behind: number, left: ReadonlySet<number>, maxRecords: number, maxBytes: number) =>
  [...slices(rows(0, values), behind, left, { maxRecords, maxBytes })].map((slice) => ({
    values: texts(slice.batch.values, slice.batch.first ?? 0, slice.batch.behind ?? 0),
    bytes: slice.bytes,
    records: slice.records,
  }));

describe('slices of a batch', () => {
  it.each([
    ['whole when the limits are far', ['a', 'bb', 'ccc'], 3, none, 10, 100, [['a', 'bb', 'ccc']]],
    ['by records', ['a', 'bb', 'ccc'], 3, none, 2, 100, [['a', 'bb'], ['ccc']]],
    ['by bytes', ['a', 'bb', 'ccc'], 3, none, 10, 3, [['a', 'bb'], ['ccc']]],
    ['a row over the byte limit alone', ['a', 'bbbbb', 'c'], 3, none, 10, 3, [['a'], ['bbbbb'], ['c']]],
    ['only the rows before the stop', ['a', 'bb', 'ccc'], 2, none, 10, 100, [['a', 'bb']]],
    ['without the rows that are left out', ['a', 'bb', 'ccc', 'd'], 4, new Set([0, 2]), 10, 100, [['bb'], ['d']]],
    ['nothing of nothing', [], 0, none, 10, 100, []],
  ])('%s', (_, values, behind, left, maxRecords, maxBytes, expected) => {
    const parts = cut(values, behind, left, maxRecords, maxBytes);
    expect(parts.map((part) => part.values)).toEqual(expected);
    for (const part of parts) {
      expect(part.records).toBe(part.values.length);
      expect(part.bytes).toBe(part.values.join('').length);
    }
  });
});
