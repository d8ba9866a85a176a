import { letterIn, letterOf } from '../../../lib/export/replay/letter.ts';
import { logShelf, SETTLED_AFTER } from '../../../lib/export/replay/log-shelf.ts';
import { merged } from '../../../lib/export/replay/merged.ts';
import { LetterRows } from '../../../lib/export/replay/rows.ts';
import type { Shelved } from '../../../lib/export/replay/shelf.ts';
import type { InputFormat } from '../../../lib/format/options.ts';
import type { RecordBatch } from '../../../lib/kafka/contract.ts';
import { prepare } from '../../../lib/select/index.ts';
import { INFO, planOf, storeOf } from '../../support/export-fakes.ts';
import { column, texts } from '../../support/rows.ts';

const TO = { rule: 'errors', stage: 'prod' };
const SOURCE = { bucket: 'logs', key: 'a.csv', version: 'v1' };
const FACTS = { ...TO, ...SOURCE, offset: 7, length: 3, code: 'CastFailed', reason: 'why' };

describe('a letter', () => {
  const headers = (facts: object) =>
    Object.fromEntries(Object.entries(facts).map(([name, value]) => [`sluice-${name}`, Buffer.from(String(value))]));
  const read = { source: SOURCE, offset: 7, length: 3, code: 'CastFailed', raw: Buffer.from('raw') };

  test('is read from a message and from a line', () => {
    expect(letterOf({ headers: headers(FACTS), value: Buffer.from('raw') }, TO)).toEqual(read);
    expect(letterIn(JSON.stringify({ ...FACTS, raw: Buffer.from('raw').toString('base64') }), TO)).toEqual(read);
  });

  test.each<[string, object]>([
    ['of another rule', { ...FACTS, rule: 'other' }],
    ['of another stage', { ...FACTS, stage: 'dev' }],
    ['without a place', { ...FACTS, offset: 'x' }],
    ['of a sink', { ...TO, topic: 't', partition: 1, code: 'X' }],
  ])('%s is none', (_, facts) => {
    expect(letterOf({ headers: headers(facts), value: Buffer.from('raw') }, TO)).toBeUndefined();
    expect(letterIn(JSON.stringify({ ...facts, raw: '' }), TO)).toBeUndefined();
  });

  test('a tombstone, and a line that is no letter, are none', () => {
    expect(letterOf({ headers: headers(FACTS), value: null }, TO)).toBeUndefined();
    for (const line of ['text', '3', 'null', '{"a":']) expect(letterIn(line, TO)).toBeUndefined();
  });
});

describe('the record of a letter', () => {
  const rowsOf = async (
    input: InputFormat,
    select: string,
    content: string,
    letter: { readonly raw: string; readonly offset: number; readonly length?: number; readonly code?: string },
  ) => {
    const plan = planOf([], { select: prepare(select, { input, output: { kind: 'json' } }) });
    const store = storeOf(Buffer.from(content), { ...INFO, etag: '', size: content.length });
    const headed = input.kind === 'csv' && input.csv?.header === 'use';
    const need = input.kind === 'json' ? 'document' : headed ? 'header' : 'nothing';
    const raw = Buffer.from(letter.raw);
    const { offset, length = raw.length, code = 'X' } = letter;
    const source = { ...SOURCE, version: 'v1' };
    const batches = await new LetterRows(plan, store, need).of({ source, offset, length, code, raw });
    return {
      rows: batches.flatMap(({ count, values, offsets }) =>
        texts(values, 0, count).map((text, i) => [offsets[i], text]),
      ),
      failures: batches.flatMap(({ failures }) => failures.map(({ code: of, offset: at }) => [at, of])),
    };
  };
  const CSV: InputFormat = { kind: 'csv', csv: { header: 'use' } };
  const OBJECT = 'id,n\n1,a\n2,b\n3,c\n';

  test.each<[string, InputFormat, string, string, Parameters<typeof rowsOf>[3], object[]]>([
    ['CSV with a header', CSV, 'SELECT s.n FROM S3Object s', OBJECT, { raw: '2,b', offset: 9 }, [[9, '{"n":"b"}']]],
    [
      'CSV without one, at the first byte',
      { kind: 'csv', csv: { header: 'none' } },
      'SELECT s._2 FROM S3Object s',
      '',
      { raw: '1,a', offset: 0 },
      [[0, '{"_2":"a"}']],
    ],
    [
      'JSON lines',
      { kind: 'jsonl' },
      'SELECT s.n FROM S3Object s',
      '',
      { raw: '{"n":1}', offset: 50 },
      [[50, '{"n":1}']],
    ],
    [
      'a JSON document',
      { kind: 'json' },
      'SELECT s.n FROM S3Object[*].a[*] s',
      '{"a": [{"n":1}, {"n":2}, {"n":3}]}',
      { raw: '{"n":2}', offset: 16 },
      [[16, '{"n":2}']],
    ],
    [
      'JSON values one after the other',
      { kind: 'json' },
      'SELECT s.n FROM S3Object s',
      '{"n":1} {"n":2} {"n":3}',
      { raw: '{"n":2}', offset: 8 },
      [[8, '{"n":2}']],
    ],
    [
      'a log',
      { kind: 'log', preset: 'vpc-flow' },
      'SELECT s.srcaddr FROM S3Object s',
      '',
      { raw: '2 1 eni-1 10.0.0.1 10.0.0.2 1 2 6 10 100 1 2 REJECT OK', offset: 90 },
      [[90, '{"srcaddr":"10.0.0.1"}']],
    ],
    [
      'what was too large for Kafka, from the object: the letter has the row',
      CSV,
      'SELECT s.n FROM S3Object s',
      OBJECT,
      { raw: '{"n":"b"}', offset: 9, code: 'RecordTooLarge' },
      [[9, '{"n":"b"}']],
    ],
    [
      'what is cut, from the object',
      CSV,
      'SELECT s.n FROM S3Object s',
      OBJECT,
      { raw: '2,', offset: 9, length: 3 },
      [[9, '{"n":"b"}']],
    ],
    [
      'what the query leaves out',
      CSV,
      "SELECT s.n FROM S3Object s WHERE s.n = 'z'",
      OBJECT,
      { raw: '2,b', offset: 9 },
      [],
    ],
  ])('%s', async (_, input, select, content, letter, rows) => {
    expect(await rowsOf(input, select, content, letter)).toEqual({ rows, failures: [] });
  });

  test('fails again where it is still bad, or the query does not know its columns', async () => {
    const cast = 'SELECT CAST(s.n AS INT) FROM S3Object s';
    expect(await rowsOf(CSV, cast, OBJECT, { raw: '2,b', offset: 9 })).toEqual({
      rows: [],
      failures: [[9, 'CastFailed']],
    });
    const missing = 'SELECT s.z FROM S3Object s';
    expect(await rowsOf(CSV, missing, OBJECT, { raw: '2,b', offset: 9 })).toEqual({
      rows: [],
      failures: [[9, 'MissingHeaderName']],
    });
  });
});

describe('rows of several letters', () => {
  const batch = (values: readonly string[], keys?: readonly (string | null)[]): RecordBatch => ({
    count: values.length,
    values: column(values),
    offsets: Float64Array.from(values, (_, i) => i * 10),
    ...(keys && {
      keys: column(keys.map((key) => key ?? '')),
      keyNulls: Uint8Array.from(keys, (key) => (key === null ? 1 : 0)),
    }),
  });

  test('are one batch', () => {
    const one = merged([batch(['a', 'bb']), { ...batch(['x', 'c', 'y']), first: 1, behind: 2 }, batch(['ddd'])]);
    expect(texts(one.values, 0, one.count)).toEqual(['a', 'bb', 'c', 'ddd']);
    expect([...one.offsets]).toEqual([0, 10, 10, 0]);
    expect(one.keys).toBeUndefined();
  });

  test('with their keys, and without where there is none', () => {
    const one = merged([batch(['a'], ['k']), batch(['b', 'c'], [null, 'l'])]);
    expect(texts(one.keys!, 0, one.count)).toEqual(['k', '', 'l']);
    expect([...one.keyNulls!]).toEqual([0, 1, 0]);
  });
});

describe('the letters of a log group', () => {
  const NOW = 1_000_000_000;
  type Asked = { readonly startTime: number; readonly endTime: number; readonly nextToken?: string };
  const events = [100, 100, 200, 300, 300, 300].map((timestamp, i) => ({
    timestamp,
    message: JSON.stringify({ ...FACTS, offset: i, raw: '' }),
  }));
  const client = {
    /** Two events a page. */
    send: async ({ input }: { input: Asked }) => {
      const found = events.filter(({ timestamp }) => timestamp >= input.startTime && timestamp <= input.endTime);
      const from = Number(input.nextToken ?? 0);
      return { events: found.slice(from, from + 2), ...(from + 2 < found.length && { nextToken: `${from + 2}` }) };
    },
  } as unknown as Parameters<typeof logShelf>[0];
  const shelf = logShelf(client, 'dead', TO, () => NOW);
  const read = async (from: number, wanted = Number.POSITIVE_INFINITY) => {
    const parts: (readonly Shelved[])[] = [];
    await shelf.read(from, async (part) => parts.push(part) < wanted);
    return parts.map((part) => [part.map(({ letter }) => letter?.offset), part.at(-1)?.next]);
  };

  test('come by their time, those of one millisecond together', async () => {
    expect(await read(0)).toEqual([
      [[0, 1], 101],
      [[2], 201],
      [[3, 4, 5], 301],
    ]);
  });

  test('go on where another replay has ended', async () => {
    expect(await read(0, 1)).toEqual([[[0, 1], 101]]);
    expect(await read(101)).toEqual([
      [[2], 201],
      [[3, 4, 5], 301],
    ]);
  });

  test('that are so young that older ones may still come are left', async () => {
    const soon = logShelf(client, 'dead', TO, () => 300 + SETTLED_AFTER);
    const offsets: unknown[] = [];
    await soon.read(0, async (part) => offsets.push(...part.map(({ letter }) => letter?.offset)) > 0);
    expect(offsets).toEqual([0, 1, 2]);
  });

  test('have an age', async () => {
    expect(await shelf.olderThan(NOW - 101)).toBe(true);
    expect(await shelf.olderThan(NOW - 100)).toBe(false);
  });
});
