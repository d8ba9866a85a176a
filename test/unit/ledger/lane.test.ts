import { dropped, engaged, freed, greeted, newLane, numbered } from '../../../lib/ledger/lane.ts';

const ready = greeted(newLane('l'));

test('numbers go up over objects, and none is given out twice', () => {
  let lane = ready;
  const given: number[] = [];
  for (let object = 0; object < 3; object++) {
    lane = engaged(lane);
    for (let batch = 0; batch < 2; batch++) {
      given.push(lane.next);
      lane = numbered(lane);
    }
    lane = freed(lane);
  }
  expect(given).toEqual([1, 2, 3, 4, 5, 6]);
});

test.each([
  ['serves before it is greeted', () => engaged(newLane('l'))],
  ['serves two objects', () => engaged(engaged(ready))],
  ['is greeted twice', () => greeted(ready)],
  ['gives numbers out while it is idle', () => numbered(ready)],
  ['serves after it was dropped', () => engaged(dropped(ready))],
  ['is greeted after it was dropped', () => greeted(dropped(newLane('l')))],
  ['is freed after it was dropped', () => freed(dropped(engaged(ready)))],
])('no lane %s', (_, misuse) => {
  expect(misuse).toThrow(TypeError);
});
