import { KEPT_REJECTS, previewObject } from '../../../lib/export/preview.ts';
import { type RecordFailure, SluiceError } from '../../../lib/failure/index.ts';
import type { RowBatch } from '../../../lib/select/batch.ts';
import type { PreparedSelect } from '../../../lib/select/contract.ts';
import { rows } from '../../support/rows.ts';

/** A query that gives these batches; `taken` counts how many were asked for. */
function query(steps: readonly (RowBatch | Error)[]) {
  const state = { taken: 0 };
  const select: PreparedSelect = {
    columns: undefined,
    aggregate: false,
    access: 'stream',
    head: false,
    async *run() {
      for (const step of steps) {
        state.taken++;
        if (step instanceof Error) throw step;
        yield step;
      }
    },
  };
  return { select, state };
}

const body = (async function* () {})();
const bad = (offset: number): RecordFailure => ({
  code: 'BadRecord',
  reason: 'odd',
  offset,
  length: 10,
  raw: Buffer.from('secret'),
});
const texts = (preview: { readonly rows: readonly { readonly text: string }[] }) =>
  preview.rows.map(({ text }) => text);

test('reading ends with the rows that were asked for', async () => {
  const { select, state } = query([rows(0, ['a', 'b']), rows(20, ['c', 'd']), rows(40, ['e'])]);
  const preview = await previewObject(select, body, { rows: 3, all: false });
  expect(texts(preview)).toEqual(['a', 'b', 'c']);
  expect(preview).toMatchObject({ scanned: 4, matched: 4, bytes: 40, complete: false });
  expect(state.taken).toBe(2);
});

test('--all counts to the end, and keeps no more rows', async () => {
  const { select } = query([rows(0, ['a', 'b']), rows(20, ['c', 'd'], [], true)]);
  const preview = await previewObject(select, body, { rows: 1, all: true });
  expect(preview).toMatchObject({ rows: [{ text: 'a', offset: 0 }], scanned: 4, matched: 4, complete: true });
});

test('what failed has its place and never its bytes', async () => {
  const { select } = query([rows(0, ['a'], [bad(10)])]);
  const preview = await previewObject(select, body, { rows: 9, all: false });
  expect(preview).toMatchObject({ rejected: 1, rejects: [{ code: 'BadRecord', offset: 10, length: 10 }] });
  expect(preview.rejects[0]).not.toHaveProperty('raw');
});

test('of many failures the first are kept and all are counted', async () => {
  const failures = Array.from({ length: KEPT_REJECTS + 5 }, (_, i) => bad(i * 10));
  const preview = await previewObject(query([rows(0, [], failures)]).select, body, { rows: 1, all: true });
  expect([preview.rejects.length, preview.rejected]).toEqual([KEPT_REJECTS, KEPT_REJECTS + 5]);
});

test('an object that breaks in its middle keeps the rows before', async () => {
  const cut = new SluiceError('TruncatedObject', 'it ends too early', { stage: 'object' });
  const preview = await previewObject(query([rows(0, ['a']), cut]).select, body, { rows: 9, all: false });
  expect(preview).toMatchObject({ rows: [{ text: 'a' }], complete: false, error: { code: 'TruncatedObject' } });
});

test('an object that is wrong whole is an error, and so is a fault of ours', async () => {
  const missing = new SluiceError('MissingHeaderName', 'no such column', { stage: 'select' });
  await expect(previewObject(query([missing]).select, body, { rows: 9, all: false })).rejects.toBe(missing);
  await expect(
    previewObject(query([rows(0, ['a']), new TypeError('x')]).select, body, { rows: 9, all: false }),
  ).rejects.toThrow('x');
});
