import { type FetchedPartition, hideAborted } from '../../../lib/kafka/committed.ts';

const COMMIT = Buffer.from([0, 0, 0, 1]);
const ABORT = Buffer.from([0, 0, 0, 0]);

type Message = FetchedPartition['messages'][number];
const message = (offset: number, producerId: string, key: Buffer | null = null): Message => ({
  offset: String(offset),
  key,
  isControlRecord: false,
  batchContext: { producerId, inTransaction: true },
});
const marker = (offset: number, producerId: string, key: Buffer): Message => ({
  ...message(offset, producerId, key),
  isControlRecord: true,
});

function seen(messages: readonly Message[], aborted: readonly (readonly [producerId: string, firstOffset: number])[]) {
  const partition: FetchedPartition = {
    messages,
    abortedTransactions: aborted.map(([producerId, firstOffset]) => ({
      producerId,
      firstOffset: String(firstOffset),
    })),
  };
  hideAborted(partition);
  expect(partition.abortedTransactions).toEqual([]);
  return messages.filter(({ isControlRecord }) => isControlRecord !== true).map(({ offset }) => Number(offset));
}

test('of transactions that overlap, the one that is aborted first comes first in the list', () => {
  const log = [
    message(9, 'a'),
    message(10, 'b'),
    marker(11, 'b', ABORT),
    message(12, 'c'),
    marker(13, 'a', ABORT),
    marker(14, 'c', COMMIT),
  ];
  expect(
    seen(log, [
      ['b', 10],
      ['a', 9],
    ]),
  ).toEqual([12]);
});

test('several transactions began before what was fetched', () => {
  const log = [message(20, 'b'), message(21, 'a'), marker(22, 'a', ABORT), marker(23, 'b', ABORT), message(24, 'a')];
  expect(
    seen(log, [
      ['a', 5],
      ['b', 7],
    ]),
  ).toEqual([24]);
});

test("a producer's next transaction counts, and its one before", () => {
  const log = [
    message(1, 'a'),
    marker(2, 'a', COMMIT),
    message(3, 'a'),
    marker(4, 'a', ABORT),
    message(5, 'a'),
    marker(6, 'a', COMMIT),
  ];
  expect(seen(log, [['a', 3]])).toEqual([1, 5]);
});

test('a key that looks like a marker is a key', () => {
  expect(
    seen([message(1, 'a', ABORT), message(2, 'a'), marker(3, 'a', ABORT), message(4, 'b', ABORT)], [['a', 1]]),
  ).toEqual([4]);
});

test('what is sent outside of transactions is there, whoever sent it', () => {
  const outside: Message = { ...message(2, 'a'), batchContext: { producerId: 'a', inTransaction: false } };
  expect(seen([message(1, 'a'), outside, { offset: '3', key: null }, marker(4, 'a', ABORT)], [['a', 1]])).toEqual([
    2, 3,
  ]);
});

test.each([undefined, null, []])('nothing was aborted: %p', (abortedTransactions) => {
  const messages = [message(1, 'a')];
  hideAborted({ messages, ...(abortedTransactions === undefined ? {} : { abortedTransactions }) });
  expect(messages[0]?.isControlRecord).toBe(false);
});
