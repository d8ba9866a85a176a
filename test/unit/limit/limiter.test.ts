import { createLimiter } from '../../../lib/limit/limiter.ts';

/** Bottleneck tells time by Date and timers of its own: both stand still unless a test moves them. */
beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

/** Moves the clock until the work is done, and says how many milliseconds that took. */
async function until<T>(work: Promise<T>): Promise<{ readonly result: T; readonly ms: number }> {
  const began = Date.now();
  let done = false;
  const settled = work.finally(() => {
    done = true;
  });
  settled.catch(() => undefined);
  while (!done) await jest.advanceTimersByTimeAsync(1);
  return { result: await settled, ms: Date.now() - began };
}

test('a full bucket is handed out at once', async () => {
  const limiter = await createLimiter({ id: 'r', records: 5000 });
  const { ms } = await until(limiter.take(5000, 0));
  expect(ms).toBeLessThan(10);
});

test.each([
  [5000, 250],
  [5000, 5000],
  [7, 1],
  [999, 333],
])('%i records a second, taken %i at a time, are exact once the burst is spent', async (records, at) => {
  const limiter = await createLimiter({ id: 'r', records });
  await until(limiter.take(records, 0));
  const began = Date.now();
  let granted = 0;
  while (granted < 10 * records) {
    await until(limiter.take(at, 0));
    granted += at;
    const elapsed = Date.now() - began;
    // Never ahead of the rate, and behind it by no more than one look at the queue.
    expect(granted).toBeLessThanOrEqual((records * elapsed) / 1000 + 2);
    expect(granted + (records * 40) / 1000 + 1).toBeGreaterThanOrEqual((records * elapsed) / 1000);
  }
});

test('what a busy event loop is late by is made up for', async () => {
  const limiter = await createLimiter({ id: 'r', records: 1000 });
  await until(limiter.take(1000, 0));
  const began = Date.now();
  for (let i = 0; i < 20; i++) {
    // Half a second in which no timer runs.
    jest.setSystemTime(Date.now() + 500);
    await until(limiter.take(500, 0));
  }
  expect(Date.now() - began).toBeLessThan(10_500);
});

test('the scarcer of records and bytes decides, and the wait is told', async () => {
  const limiter = await createLimiter({ id: 'r', records: 1000, bytes: 1000 });
  await until(limiter.take(10, 1000));
  const { result, ms } = await until(limiter.take(10, 2000));
  expect(ms).toBeGreaterThanOrEqual(2000);
  expect(ms).toBeLessThan(2060);
  expect(result).toBe(ms);
});

test('more than the bucket holds goes in parts', async () => {
  const limiter = await createLimiter({ id: 'r', records: 100, burst: 100 });
  const { ms } = await until(limiter.take(350, 0));
  expect(ms).toBeGreaterThanOrEqual(2500);
  expect(ms).toBeLessThan(2600);
});

test('first come, first served', async () => {
  const limiter = await createLimiter({ id: 'r', records: 100 });
  await until(limiter.take(100, 0));
  const order: string[] = [];
  const large = limiter.take(90, 0).then(() => order.push('large'));
  const small = limiter.take(1, 0).then(() => order.push('small'));
  await until(Promise.all([large, small]));
  expect(order).toEqual(['large', 'small']);
});

test('who gives up waiting gets the reason, and the others go on', async () => {
  const limiter = await createLimiter({ id: 'r', records: 100 });
  await until(limiter.take(100, 0));
  const abort = new AbortController();
  const waiting = limiter.take(100, 0, abort.signal);
  const outcome = expect(waiting).rejects.toThrow('deadline');
  abort.abort(new Error('deadline'));
  await outcome;
  const { ms } = await until(limiter.take(10, 0));
  expect(ms).toBeLessThan(1200);
});

test('without a rate nothing waits, and a take may be of any size', async () => {
  const limiter = await createLimiter({ id: 'r' });
  expect(limiter).toMatchObject({ maxRecords: Infinity, maxBytes: Infinity });
  expect(await limiter.take(1e9, 1e12)).toBe(0);
});

test('one take should ask for a second of the rate at most, whatever the burst', async () => {
  const limiter = await createLimiter({ id: 'r', records: 5000, bytes: 70_000, burst: 20_000 });
  expect(limiter).toMatchObject({ maxRecords: 5000, maxBytes: 70_000 });
});
