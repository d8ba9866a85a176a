import { Repetitions } from '../../../../lib/sink/postgres/repetitions.ts';
import { put, remove } from '../../../support/postgres/schema.ts';

const insert = (...order: bigint[]) => put(0, { x: 1 }, { order });
const read = (...order: bigint[]) => put(0, { x: 1 }, { order, snapshot: 'whole' });
const gone = (...order: bigint[]) => remove(0, { x: 1 }, { order });

describe('what a source sends again', () => {
  it.each([
    ['older than the last', [5n, 20n], insert(5n, 10n), true],
    ['at the last place, one of many that are copied', [5n, 20n], insert(5n, 20n), false],
    ['at the last place, where only rows that are copied may stand together', [5n, 20n], gone(5n, 20n), true],
    ['at a place before the last, its commit unknown', [5n, 20n], insert(10n, 10n), true],
    ['at the last place, its commit unknown', [5n, 20n], insert(20n, 20n), true],
    ['beyond the last place, its commit unknown', [5n, 20n], insert(30n, 30n), false],
    ['behind a snapshot, its commit unknown', [20n, 20n], insert(30n, 30n), false],
    ['of a snapshot, whatever was before', [5n, 20n], read(10n, 10n), false],
    ['in a binary log', [1n, 20n, 1n], insert(1n, 20n, 0n), true],
    ['the first', undefined, insert(10n, 10n), false],
    ['without an order', [5n, 20n], put(0, { x: 1 }), false],
  ])('%s', (_, last, change, isAgain) => {
    expect(new Repetitions(last).isAgain(change)).toBe(isAgain);
  });

  it('goes on up to the last place, whoever asks next', () => {
    const repetitions = new Repetitions([5n, 20n]);
    expect(repetitions.isAgain(insert(5n, 10n))).toBe(true);
    expect(repetitions.isAgain(insert(5n, 15n))).toBe(true);
    const next = new Repetitions(repetitions.last);
    expect(next.isAgain(insert(5n, 20n))).toBe(true);
    expect(next.isAgain(insert(5n, 21n))).toBe(false);
    expect(next.last).toEqual([5n, 21n]);
  });
});
