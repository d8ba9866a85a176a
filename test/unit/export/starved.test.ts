import { type Pace, restSeconds, secondsAway } from '../../../lib/export/starved.ts';

/** Half a minute into its time, waiting for nine tenths of it; alone with a bucket that holds two minutes of the rate. */
const STARVED: Pace = {
  elapsedMs: 30_000,
  throttledMs: 27_000,
  leftMs: 600_000,
  returnMs: 2_000,
  fillMs: 120_000,
  share: 1,
  chance: 0.5,
};

describe('a run that waits for its rate', () => {
  test.each<[string, Partial<Pace>, number | undefined]>([
    ['is away for as long as its bucket takes to fill', {}, 120],
    ['works more than it waits: stays', { throttledMs: 15_000 }, undefined],
    ['has only begun: stays', { elapsedMs: 9_000, throttledMs: 9_000 }, undefined],
    ['has a bucket of a second: would lose of its rate, and stays', { fillMs: 1_000 }, undefined],
    ['would have much to read again: stays', { returnMs: 61_000 }, undefined],
    ['reads again less than half of what it would wait: leaves', { returnMs: 59_000 }, 120],
    ['would have to leave in a moment anyway: stays', { leftMs: 4_000 }, undefined],
    ['has a bucket of an hour: SQS delays for 15 minutes', { fillMs: 3_600_000 }, 900],
    ['others take the rate: leaves them to it', { share: 0.1, fillMs: 1_000 }, 480],
    ['others take the rate: comes back soon, by chance', { share: 0.1, fillMs: 1_000, chance: 0 }, 60],
    ['others take the rate: comes back late, by chance', { share: 0.1, fillMs: 1_000, chance: 1 }, 900],
  ])('%s', (_, pace, expected) => {
    expect(secondsAway({ ...STARVED, ...pace })).toBe(expected);
  });

  test.each<[string, Partial<Pace>, number | undefined]>([
    ['does not come back before its bucket is full', { leftMs: 0, returnMs: 500_000 }, 120],
    ['that worked more than it waited goes on at once', { leftMs: 0, throttledMs: 1_000 }, undefined],
    ['goes on at once where waiting gives it nothing', { leftMs: 0, fillMs: 1_000 }, undefined],
  ])('when its time is over: %s', (_, pace, expected) => {
    expect(restSeconds({ ...STARVED, ...pace })).toBe(expected);
  });
});
