import { inspect } from 'node:util';
import { Redis } from 'ioredis';
import { createLimiter } from '../../lib/limit/limiter.ts';
import { resolveRedis } from '../../lib/limit/redis.ts';
import { createSecretStore } from '../../lib/secret/index.ts';
import { failureOf } from '../support/failure.ts';
import { openProxy } from '../support/proxy.ts';
import { describeWith } from '../support/stack.ts';

const newId = () => `test:${Math.random().toString(36).slice(2)}`;

describeWith('redis', 'a rate shared over Redis', ({ redis: { url } }) => {
  const shared = { url };
  let redis: Redis;
  beforeAll(() => {
    redis = new Redis(url);
  });
  afterAll(async () => {
    await redis.quit();
  });

  test('the instances together get the rate', async () => {
    const id = newId();
    const limiters = await Promise.all([1, 2, 3].map(() => createLimiter({ id, records: 2000, shared })));
    // The burst is spent when somebody has to wait for a good while.
    while ((await limiters[0]!.take(400, 0)) < 150);
    const began = performance.now();
    const granted = [0, 0, 0];
    const over = () => performance.now() - began > 3000;
    await Promise.all(
      limiters.map(async (limiter, i) => {
        while (!over()) {
          await limiter.take(100, 0);
          granted[i]! += 100;
        }
      }),
    );
    const rate = granted.reduce((sum, each) => sum + each) / ((performance.now() - began) / 1000);
    await Promise.all(limiters.map((limiter) => limiter.close()));
    expect(rate).toBeGreaterThan(2000 * 0.88);
    expect(rate).toBeLessThan(2000 * 1.05);
  });

  test('the scarcer of records and bytes decides', async () => {
    const began = performance.now();
    const limiter = await createLimiter({ id: newId(), records: 100_000, bytes: 10_000, shared });
    await limiter.take(1, 10_000);
    const waited = await limiter.take(1, 10_000);
    const elapsed = performance.now() - began;
    await limiter.close();
    // The first ten thousand are the burst; the second come in at the rate from the bucket's making on.
    expect(elapsed).toBeGreaterThan(900);
    expect(elapsed).toBeLessThan(2000);
    expect(waited).toBeGreaterThan(300);
  });

  test('a changed rate is a new bucket: the old one does not hold it down', async () => {
    const id = newId();
    const slow = await createLimiter({ id, records: 10, shared });
    await slow.take(10, 0);
    await slow.close();
    const fast = await createLimiter({ id, records: 10_000, shared });
    const waited = await fast.take(10_000, 0);
    await fast.close();
    expect(waited).toBeLessThan(1000);
  });

  test('who gives up waiting gets the reason at once', async () => {
    const limiter = await createLimiter({ id: newId(), records: 10, shared });
    await limiter.take(10, 0);
    const abort = new AbortController();
    const outcome = expect(limiter.take(1000, 0, abort.signal)).rejects.toThrow('deadline');
    abort.abort(new Error('deadline'));
    await outcome;
    await limiter.close();
  });

  test('a bucket that nobody uses is forgotten, so Redis does not fill up', async () => {
    const id = newId();
    const limiter = await createLimiter({ id, records: 1000, shared });
    await limiter.take(1, 0);
    await limiter.close();
    const keys = await redis.keys(`*${id}*`);
    expect(keys.length).toBeGreaterThan(0);
    for (const key of keys) expect(await redis.pttl(key)).toBeGreaterThan(0);
  });

  test('when Redis is lost, who waits is told, and so is who comes later', async () => {
    const { hostname, port } = new URL(url);
    const proxy = await openProxy({ host: hostname, port: Number(port) });
    const way = { url: `redis://127.0.0.1:${proxy.port}` };
    const limiter = await createLimiter({ id: newId(), records: 10, shared: way });
    await limiter.take(10, 0);
    const outcome = failureOf(limiter.take(1000, 0));
    await proxy.breakOff();
    const error = await outcome;
    expect(error).toMatchObject({ code: 'LimiterUnavailable', retryable: true, stage: 'limit' });
    expect(error.fix).toContain('`rate.shared`');
    expect(await failureOf(limiter.take(1, 0))).toMatchObject({ code: 'LimiterUnavailable' });
    await limiter.close();
  });

  test('a sign-in that is refused is not tried again', async () => {
    const wrong = { url, username: 'nobody', password: 'hunter2' };
    const error = await failureOf(createLimiter({ id: newId(), records: 10, shared: wrong }));
    expect(error).toMatchObject({ code: 'LimiterDenied', retryable: false });
    expect(inspect(error, { depth: null })).not.toContain('hunter2');
  });
});

describe('a Redis that is not there', () => {
  test('is named, without its password', async () => {
    const secrets = createSecretStore({ fetch: async () => '{"username":"u","password":"hunter2"}' });
    const shared = await resolveRedis({ url: 'redis://127.0.0.1:1', secret: 'sluice/redis' }, secrets);
    expect(shared).toEqual({ url: 'redis://127.0.0.1:1', username: 'u', password: 'hunter2' });
    const error = await failureOf(createLimiter({ id: newId(), records: 10, shared }));
    expect(error).toMatchObject({ code: 'LimiterUnavailable', retryable: true });
    expect(error.message).toContain('127.0.0.1:1');
    expect(inspect(error, { depth: null })).not.toContain('hunter2');
  });
});
