import { setImmediate as turn } from 'node:timers/promises';
import { ExactDelivery, type ExactRun } from '../../../lib/export/exact-delivery.ts';
import { Patience } from '../../../lib/export/patience.ts';
import { Tally } from '../../../lib/export/tally.ts';
import type { Hold, Position } from '../../../lib/ledger/contract.ts';
import { csvPlan, ExactWorld } from '../../support/exact.ts';
import { away } from '../../support/ledger/fakes.ts';
import { failure, rows, texts } from '../../support/rows.ts';

const SOURCE = { bucket: 'logs', key: 'a.csv', version: 'v1' };
const DONE = { kind: 'done' } as const;

/** A hold whose transactions last until they are let go, one after the other, and what it was asked. */
function held(endsApart: boolean) {
  const asked: string[] = [];
  const open: { commit(): void; fail(error: Error): void }[] = [];
  let position: Position = { byte: 0, counts: {} };
  const hold: Hold = {
    endsApart,
    get position() {
      return position;
    },
    oversized: () => [],
    prepare: ({ values, count }) => void asked.push(`prepare ${texts(values, 0, count)}`),
    async commit(to, _send, end) {
      asked.push(`begin ${to.byte}${end === undefined ? '' : ` ${end.kind}`}`);
      await new Promise<void>((resolve, reject) => open.push({ commit: resolve, fail: reject }));
      position = to;
      asked.push(`commit ${to.byte}`);
    },
    end: async (at, { kind }) => void asked.push(`end ${at.byte} ${kind}`),
    heartbeat: async () => undefined,
  };
  const ports = new ExactWorld('kafka', '').ports();
  const tally = new Tally(() => 0);
  const run: ExactRun = {
    plan: csvPlan('SELECT s.id FROM S3Object s', 3),
    ports,
    source: SOURCE,
    tally,
    patience: new Patience(ports, tally, 0),
    signal: new AbortController().signal,
    stopped: ({ code, reason }) => ({ code, reason }),
  };
  return { delivery: new ExactDelivery(run, hold), asked, open };
}

/** Whether a promise is settled once all that can happen has happened. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const note = () => {
    settled = true;
  };
  promise.then(note, note);
  await turn();
  return settled;
}

test('where the end is written apart, a batch begins when the one before is committed, and one waits for that', async () => {
  const { delivery, asked, open } = held(true);
  await delivery.accept(rows(0, ['a']));
  await delivery.accept(rows(10, ['b']));
  await turn();
  expect(asked).toEqual(['prepare a', 'prepare b', 'begin 10']);
  const third = delivery.accept(rows(20, ['c']));
  expect(await isSettled(third)).toBe(false);
  open[0]?.commit();
  expect(await isSettled(third)).toBe(true);
  expect(asked.slice(3)).toEqual(['commit 10', 'prepare c', 'begin 20']);
  const finished = delivery.finish(DONE);
  for (const i of [1, 2]) {
    open[i]?.commit();
    await turn();
  }
  await finished;
  expect(asked.slice(6)).toEqual(['commit 20', 'begin 30', 'commit 30', 'end 30 done']);
});

test.each([true, false])('the batch that the run stands at is told with its end (written apart: %s)', async (apart) => {
  const { delivery, asked, open } = held(apart);
  await delivery.accept(rows(0, ['a'], [failure(10)]));
  const finished = delivery.finish(DONE);
  await turn();
  open[0]?.commit();
  await finished;
  expect(asked).toEqual(['prepare a', 'begin 10 stopped', 'commit 10']);
});

test('where the end is part of a transaction, a batch waits until it is known not to be the last', async () => {
  const { delivery, asked, open } = held(false);
  await delivery.accept(rows(0, ['a']));
  await turn();
  expect(asked).toEqual(['prepare a']);
  await delivery.accept(rows(10, ['b']));
  const finished = delivery.finish(DONE);
  for (const i of [0, 1]) {
    await turn();
    open[i]?.commit();
  }
  await finished;
  expect(asked.slice(1)).toEqual(['prepare b', 'begin 10', 'commit 10', 'begin 20 done', 'commit 20']);
});

test('nothing follows a batch that failed', async () => {
  const { delivery, asked, open } = held(true);
  await delivery.accept(rows(0, ['a']));
  await delivery.accept(rows(10, ['b']));
  await turn();
  open[0]?.fail(away());
  await expect(delivery.accept(rows(20, ['c']))).rejects.toThrow(away().message);
  await expect(delivery.finish(DONE)).rejects.toThrow(away().message);
  expect(asked).toEqual(['prepare a', 'prepare b', 'begin 10', 'end 0 released']);
});
