import { setTimeout as sleep } from 'node:timers/promises';
import { SluiceError } from '../../../lib/failure/index.ts';
import { exponentialBackoff } from '../../../lib/object/backoff.ts';
import { type FetchRange, readRanges } from '../../../lib/object/ranged-read.ts';
import { drain } from '../../support/chunks.ts';

const object = Buffer.from(Array.from({ length: 1000 }, (_, i) => (i * 31) & 0xff));
const down = () => new SluiceError('StoreUnavailable', 'down', { stage: 'object', retryable: true });
const now = async () => {};

/** The object in chunks of 7 bytes, and what was asked for. */
function store(change: (from: number, call: number) => { error?: unknown; after?: number } = () => ({})) {
  const calls: [number, number][] = [];
  let open = 0;
  let most = 0;
  const fetch: FetchRange = async function* (from, to) {
    calls.push([from, to]);
    const { error, after = Infinity } = change(from, calls.length);
    open++;
    most = Math.max(most, open);
    try {
      await sleep(0);
      for (let at = from; at < to; at += 7) {
        if (at - from >= after) {
          if (error !== undefined) throw error;
          return;
        }
        yield object.subarray(at, Math.min(at + 7, to));
      }
      if (error !== undefined) throw error;
    } finally {
      open--;
    }
  };
  return { fetch, calls, open: () => open, most: () => most };
}

test('parts come in order, so many at once and no more', async () => {
  const { fetch, calls, most } = store();
  const { bytes } = await drain(readRanges(fetch, { from: 3, to: 990, partBytes: 100, parallel: 4 }));
  expect(bytes.equals(object.subarray(3, 990))).toBe(true);
  expect(calls).toHaveLength(10);
  expect(calls.slice(0, 2)).toEqual([
    [3, 103],
    [103, 203],
  ]);
  expect(calls.at(-1)).toEqual([903, 990]);
  expect(most()).toBe(4);
});

test('parts are not fetched further ahead than allowed, however slow the reader', async () => {
  const { fetch, calls, open } = store();
  const reader = readRanges(fetch, { from: 0, to: 1000, partBytes: 100, parallel: 3 });
  await reader.next();
  while (open() > 0) await sleep(1);
  expect(calls).toHaveLength(3);
  await reader.return(undefined);
});

test('no more is fetched ahead than is still wanted, which need not be a whole number', async () => {
  const { fetch, calls, most } = store();
  let wanted = 250.7;
  const ahead = () => wanted;
  const read = readRanges(fetch, { from: 0, to: 990, partBytes: 100, parallel: 4, ahead });
  const chunks: Uint8Array[] = [];
  for await (const chunk of read) {
    chunks.push(Uint8Array.from(chunk));
    if (Buffer.concat(chunks).length > 500) wanted = 0;
  }
  expect(Buffer.concat(chunks)).toEqual(object.subarray(0, 990));
  expect(calls.slice(0, 2)).toEqual([
    [0, 100],
    [100, 200],
  ]);
  expect(calls.every(([from, to]) => Number.isInteger(from) && Number.isInteger(to))).toBe(true);
  expect(most()).toBeLessThanOrEqual(3);
});

test('an empty range asks for nothing', async () => {
  const { fetch, calls } = store();
  expect((await drain(readRanges(fetch, { from: 5, to: 5 }))).bytes).toHaveLength(0);
  expect(calls).toEqual([]);
});

test.each([0, 7, 49])('a part that breaks after %d bytes goes on at the byte where it broke', async (after) => {
  const { fetch, calls } = store((_, call) => (call === 1 ? { error: down(), after } : {}));
  const { bytes, error } = await drain(readRanges(fetch, { from: 0, to: 100, backoff: now }));
  expect(error).toBeUndefined();
  expect(bytes.equals(object.subarray(0, 100))).toBe(true);
  expect(calls).toEqual([
    [0, 100],
    [after, 100],
  ]);
});

test('a body that ends early without an error is noticed and resumed', async () => {
  const { fetch, calls } = store((_, call) => (call === 1 ? { after: 14 } : {}));
  const { bytes } = await drain(readRanges(fetch, { from: 0, to: 100, backoff: now }));
  expect(bytes.equals(object.subarray(0, 100))).toBe(true);
  expect(calls).toEqual([
    [0, 100],
    [14, 100],
  ]);
});

test('attempts are bounded, and wait longer each time', async () => {
  const waits: number[] = [];
  const { fetch } = store(() => ({ error: down(), after: 7 }));
  const { bytes, error } = await drain(
    readRanges(fetch, { from: 0, to: 1000, attempts: 4, backoff: async (failures) => void waits.push(failures) }),
  );
  expect(error).toMatchObject({ code: 'StoreUnavailable', retryable: true });
  expect(waits).toEqual([1, 2, 3]);
  expect(bytes.equals(object.subarray(0, 28))).toBe(true);
});

test('an error that no retry cures ends the read, after what came before it', async () => {
  const changed = new SluiceError('ObjectChanged', 'changed', { stage: 'object' });
  const { fetch, open } = store((from) => (from === 100 ? { error: changed, after: 14 } : {}));
  const { bytes, error } = await drain(readRanges(fetch, { from: 0, to: 400, partBytes: 100 }));
  expect(error).toBe(changed);
  expect(bytes.equals(object.subarray(0, 114))).toBe(true);
  expect(open()).toBe(0);
});

test('more bytes than were asked for are refused', async () => {
  const fetch: FetchRange = async function* () {
    yield object.subarray(0, 60);
  };
  const { error } = await drain(readRanges(fetch, { from: 0, to: 50 }));
  expect(error).toMatchObject({ code: 'UnsupportedStore', retryable: false });
});

describe('leaving', () => {
  /** A store that sends one chunk and then nothing, until it is told to end. */
  function silent() {
    let ended = 0;
    const fetch: FetchRange = async function* (from, _, signal) {
      yield object.subarray(from, from + 1);
      try {
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      } finally {
        ended++;
      }
    };
    return { fetch, ended: () => ended };
  }

  test('the signal ends every request at once, while the reader waits', async () => {
    const { fetch, ended } = silent();
    const aborter = new AbortController();
    const reader = readRanges(fetch, { from: 0, to: 400, partBytes: 100, parallel: 4, signal: aborter.signal });
    await reader.next();
    const waiting = reader.next();
    aborter.abort(new Error('the deadline'));
    await expect(waiting).rejects.toThrow('the deadline');
    expect(ended()).toBe(4);
  });

  test('a reader that stops early ends every request', async () => {
    const { fetch, ended } = silent();
    for await (const _ of readRanges(fetch, { from: 0, to: 400, partBytes: 100, parallel: 4 })) break;
    expect(ended()).toBe(4);
  });

  test('a signal aborted before asks for nothing', async () => {
    const { fetch, calls } = store();
    const { error } = await drain(readRanges(fetch, { from: 0, to: 9, signal: AbortSignal.abort(new Error('early')) }));
    expect(error).toMatchObject({ message: 'early' });
    expect(calls).toEqual([]);
  });

  test('the wait before another attempt ends with the signal', async () => {
    const aborter = new AbortController();
    const waiting = exponentialBackoff(20, aborter.signal);
    aborter.abort(new Error('the deadline'));
    await expect(waiting).rejects.toThrow('the deadline');
  });
});

test('[bad input: 5 GiB object × message] 5 GiB come whole, their offsets exact, and only the parts at hand are held', async () => {
  const chunk = Buffer.alloc(4 * 1024 * 1024);
  const size = 5 * 1024 ** 3;
  const asked: [number, number][] = [];
  const fetch: FetchRange = async function* (from, to) {
    asked.push([from, to]);
    for (let at = from; at < to; at += chunk.length) yield chunk.subarray(0, Math.min(chunk.length, to - at));
  };
  let received = 0;
  let ahead = 0;
  for await (const piece of readRanges(fetch, { from: 1, to: size })) {
    received += piece.length;
    ahead = Math.max(ahead, (asked.at(-1)?.[1] ?? 0) - received);
  }
  expect(received).toBe(size - 1);
  expect(asked.at(-1)?.[1]).toBe(size);
  expect(ahead).toBeLessThanOrEqual(24 * 1024 * 1024);
});
