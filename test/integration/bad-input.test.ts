import { constants, gunzipSync, gzipSync } from 'node:zlib';
import type { RunRecord } from '../../lib/telemetry/run-record.ts';
import { Exporting, type RuleParts } from '../support/exporting.ts';
import { describeWith } from '../support/stack.ts';

const STRICT: RuleParts = { source: { csv: { header: 'use', fieldCount: 'strict' } } };
const person = (id: number, name: string) => JSON.stringify({ id: `${id}`, name });
const [ADA, CY] = [person(1, 'ada'), person(3, 'cy')];

describeWith(['kafka', 'aws'], 'what bad objects get', ({ kafka, aws }) => {
  const exporting = new Exporting(aws, kafka);
  beforeAll(() => exporting.open());
  afterAll(() => exporting.close());

  /** Where the object is named, beside the byte. */
  const placeOf = ({ bucket, key }: RunRecord) => ({ rule: 'bad-input', bucket, key });

  test('[bad input: truncated gzip × message] the rows before the cut are delivered, each once', async () => {
    const lines = Array.from({ length: 20_000 }, (_, i) => `${i},n${(i * 7919) % 1009}\n`);
    const cut = gzipSync(`id,name\n${lines.join('')}`).subarray(0, -30_000);
    const good = gunzipSync(cut, { finishFlush: constants.Z_SYNC_FLUSH }).toString();
    const whole = good.split('\n').slice(1, -1);
    const { record, values } = await exporting.run(cut);
    expect(whole.length).toBeGreaterThan(5_000);
    expect(values).toEqual(
      whole.map((line) => {
        const [id, name] = line.split(',');
        return JSON.stringify({ id, name });
      }),
    );
    expect(record).toMatchObject({
      result: 'stopped',
      sent: whole.length,
      failed: 0,
      position: good.lastIndexOf('\n') + 1,
      error: {
        code: 'TruncatedObject',
        reason: `the gzip stream ends in the middle of a member; its first ${good.length} decompressed bytes are good`,
        fix: expect.stringMatching(/^Upload the object again/),
        context: { ...placeOf(record), offset: good.length },
        retryable: false,
      },
    });
  });

  describe('a record with too few or too many fields', () => {
    const few = 'id,name\n1,ada\n2\n3,cy\n';
    const many = 'id,name\n1,ada\n2,bo,x\n3,cy\n';

    test('[bad input: too few fields × message] lenient: the record has what it has', async () => {
      const { record, values } = await exporting.run(few);
      expect(values).toEqual([ADA, '{"id":"2"}', CY]);
      expect(record).toMatchObject({ result: 'done', sent: 3, failed: 0 });
    });

    test('[bad input: too many fields × message] lenient: the further ones are there by their place', async () => {
      const { record, values } = await exporting.run(many, { select: 'SELECT s.id, s._3 FROM S3Object s' });
      expect(values).toEqual(['{"id":"1"}', '{"id":"2","_3":"x"}', '{"id":"3"}']);
      expect(record).toMatchObject({ result: 'done', sent: 3, failed: 0 });
    });

    test.each([
      [
        '[bad input: too few fields × message]',
        few,
        'record at byte 14 (2 bytes): the record has 1 field, the header has 2 fields',
      ],
      [
        '[bad input: too many fields × message]',
        many,
        'record at byte 14 (7 bytes): the record has 3 fields, the header has 2 fields',
      ],
    ])('%s strict: the run stands there, the record before it is delivered', async (_cell, content, reason) => {
      const { record, values } = await exporting.run(content, STRICT);
      expect(values).toEqual([ADA]);
      expect(record).toMatchObject({ result: 'stopped', sent: 1, failed: 1, position: 14 });
      expect(record.error).toMatchObject({
        code: 'FieldCountMismatch',
        stage: 'format',
        reason,
        fix: expect.stringMatching(/csv\.fieldCount: lenient.*onError.*sluice trigger bad-input --stage test/),
        context: { ...placeOf(record), offset: 14 },
      });
    });

    test.each([few, many])('strict, discarded: every other record is delivered (%j)', async (content) => {
      const { record, values } = await exporting.run(content, { ...STRICT, onError: 'discard' });
      expect(values).toEqual([ADA, CY]);
      expect(record).toMatchObject({ result: 'done', sent: 2, failed: 1, discarded: 1 });
    });

    test.each([
      [few, '2', 'the record has 1 field, the header has 2 fields'],
      [many, '2,bo,x', 'the record has 3 fields, the header has 2 fields'],
    ])('strict, to the dead letters: as it stood, and why (%j)', async (content, value, reason) => {
      const { record, values } = await exporting.run(content, {
        ...STRICT,
        onError: { deadLetter: { topic: exporting.deadTopic } },
      });
      expect(values).toEqual([ADA, CY]);
      expect(record).toMatchObject({ result: 'done', sent: 2, failed: 1, deadLettered: 1 });
      const { bucket, key, version } = record;
      expect(await exporting.letters(key)).toEqual([
        {
          value,
          headers: expect.objectContaining({ bucket, key, version, offset: '14', code: 'FieldCountMismatch', reason }),
        },
      ]);
    });
  });

  test.each([
    ['retain', 'retain'],
    ['discard', 'discard'],
    ['deadLetter', { deadLetter: { topic: exporting.deadTopic } }],
  ])(
    '[bad input: unclosed quote × message] what it swallowed is not guessed at, under %s either',
    async (_policy, onError) => {
      const { record, values } = await exporting.run('id,name\n1,ada\n2,"bo\n3,cy\n', { onError });
      expect(values).toEqual([ADA]);
      expect(record).toMatchObject({
        result: 'stopped',
        sent: 1,
        failed: 1,
        position: 14,
        error: {
          code: 'CSVUnclosedQuote',
          reason: 'record at byte 14 (11 bytes): the quote at byte 16 is not closed before the object ends',
          fix: expect.stringMatching(/^Nothing behind that quote can be told apart: close it/),
          context: { ...placeOf(record), offset: 14 },
        },
      });
      expect(record.error?.fix).not.toContain('discard');
      const letters = await exporting.letters(record.key);
      expect(letters.map(({ value }) => value)).toEqual(typeof onError === 'string' ? [] : ['2,"bo\n3,cy\n']);
    },
  );

  describe('[bad input: invalid UTF-8 × message]', () => {
    const content = Buffer.from('id,name\n1,ada\n2,b\xff\n3,cy\n', 'latin1');

    test('in a field of the result', async () => {
      const { record, values } = await exporting.run(content);
      expect(values).toEqual([ADA]);
      expect(record).toMatchObject({
        result: 'stopped',
        position: 14,
        error: {
          code: 'InvalidTextEncoding',
          reason: 'record at byte 14 (5 bytes): a field that the query uses is not UTF-8',
          fix: expect.stringContaining('iconv'),
          context: { ...placeOf(record), offset: 14 },
        },
      });
    });

    test('discarded, and the offsets behind it are true', async () => {
      const { record, values, offsets } = await exporting.run(content, { onError: 'discard' });
      expect(values).toEqual([ADA, CY]);
      expect(offsets).toEqual([8, 19]);
      expect(record).toMatchObject({ result: 'done', failed: 1, discarded: 1 });
    });

    test('in a field that the query does not use, it is nothing', async () => {
      const { record, values } = await exporting.run(content, { select: 'SELECT s.id FROM S3Object s' });
      expect(values).toEqual(['{"id":"1"}', '{"id":"2"}', '{"id":"3"}']);
      expect(record).toMatchObject({ result: 'done', failed: 0 });
    });
  });

  test.each([
    ['no byte', ''],
    ['a gzip of nothing', gzipSync('')],
    ['a header alone', 'id,name\n'],
  ])('[bad input: empty object × message] %s: done, with nothing in it', async (_about, content) => {
    const { record, values } = await exporting.run(content);
    expect(values).toEqual([]);
    expect(record).toMatchObject({ result: 'done', scanned: 0, sent: 0, failed: 0, bytesStored: content.length });
    expect(record.error).toBeUndefined();
  });

  describe('[bad input: 2 MiB record × message]', () => {
    const large = `2,${'x'.repeat(2 ** 21 - 3)}\n`;
    const content = `id,name\n1,ada\n${large}3,cy\n`;

    test('the run stands there', async () => {
      const { record, values } = await exporting.run(content);
      expect(values).toEqual([ADA]);
      expect(record).toMatchObject({
        result: 'stopped',
        position: 14,
        error: {
          code: 'OverMaxRecordSize',
          reason:
            'record at byte 14 (2097152 bytes): the record has 2097152 bytes, more than the 1048576 that a record may have',
          fix: expect.stringMatching(/^Make the record smaller in its source/),
          context: { ...placeOf(record), offset: 14, length: 2 ** 21 },
        },
      });
      expect(JSON.stringify(record)).not.toContain('xxxx');
    });

    test('its beginning goes to the dead letters, and the others go on', async () => {
      const onError = { deadLetter: { topic: exporting.deadTopic } };
      const { record, values } = await exporting.run(content, { onError });
      expect(values).toEqual([ADA, CY]);
      expect(record).toMatchObject({ result: 'done', sent: 2, deadLettered: 1 });
      const [letter] = await exporting.letters(record.key);
      expect(letter?.headers).toMatchObject({ code: 'OverMaxRecordSize', offset: '14', length: `${2 ** 21}` });
      expect(large.startsWith(letter?.value ?? '?')).toBe(true);
    });

    test('a row of less than that, which the topic does not take, is a bad record too', async () => {
      // JSON writes each of these as six bytes.
      const row = `2,${'\u0001'.repeat(400_000)}\n`;
      const { record, values } = await exporting.run(`id,name\n1,ada\n${row}3,cy\n`, { onError: 'discard' });
      expect(values).toEqual([ADA, CY]);
      expect(record).toMatchObject({ result: 'done', sent: 2, failed: 1, discarded: 1 });
      const retained = await exporting.run(`id,name\n1,ada\n${row}3,cy\n`);
      expect(retained.values).toEqual([ADA]);
      expect(retained.record.error).toMatchObject({
        code: 'RecordTooLarge',
        stage: 'kafka',
        reason: expect.stringMatching(/^record at byte 14 .* more than topic .* takes \(max\.message\.bytes\)$/),
        fix: expect.stringContaining('max.message.bytes'),
      });
    });
  });

  test('[bad input: missing header column × message] nothing is delivered, and what there is is told', async () => {
    const { record, values } = await exporting.run('id,nmae\n1,ada\n');
    expect(values).toEqual([]);
    expect(record).toMatchObject({
      result: 'stopped',
      sent: 0,
      error: {
        code: 'MissingHeaderName',
        reason: 'select 1:16: the header has no column name',
        fix: 'Name a column that the object has, or have it written with this one; it has: id, nmae.',
        context: placeOf(record),
        retryable: false,
      },
    });
  });

  test('a value that does not fit the query is told with what to do', async () => {
    const { record, values } = await exporting.run('id,name\n1,ada\nx,bo\n', {
      select: 'SELECT CAST(s.id AS INT) AS id FROM S3Object s',
    });
    expect(values).toEqual(['{"id":1}']);
    expect(record.error).toMatchObject({
      code: 'CastFailed',
      stage: 'select',
      reason: 'record at byte 14 (5 bytes): this STRING cannot be cast to INT',
      fix: expect.stringMatching(/^Mend the record in its source, or let the query allow for it/),
    });
  });
});
