import { Exporting, type RuleParts } from '../support/exporting.ts';
import { describeWith } from '../support/stack.ts';

/** 2^53 + 1, 2^63 - 1, and a sum that binary floating point gets wrong. */
const CSV = 'id,most,tenth\n9007199254740993,9223372036854775807,0.1\n';
const JSONL = '{"id": 9007199254740993, "most": 9223372036854775807, "tenth": 0.1}\n';
const OUT = '"id":9007199254740993,"most":9223372036854775807,"added":0.3';

describeWith(['kafka', 'aws'], 'numbers from an object to Kafka', ({ kafka, aws }) => {
  const exporting = new Exporting(aws, kafka);
  beforeAll(() => exporting.open());
  afterAll(() => exporting.close());

  const columns = 'CAST(s.id AS INT) AS id, CAST(s.most AS INT) AS most, CAST(s.tenth AS DECIMAL) + 0.2 AS added';
  const jsonl: RuleParts = { source: { format: 'jsonl' } };

  test.each<[string, string, string, RuleParts, string]>([
    ['CSV to JSON', CSV, columns, {}, `{${OUT}}`],
    ['CSV to CSV', CSV, columns, { kafka: { value: 'csv' } }, '9007199254740993,9223372036854775807,0.3'],
    ['JSON to JSON', JSONL, 's.id, s.most, s.tenth + 0.2 AS added', jsonl, `{${OUT}}`],
    [
      'JSON to CSV',
      JSONL,
      's.id, s.most, s.tenth + 0.2 AS added',
      { ...jsonl, kafka: { value: 'csv' } },
      '9007199254740993,9223372036854775807,0.3',
    ],
  ])('%s: every digit', async (_, content, list, parts, expected) => {
    const select = `SELECT ${list} FROM S3Object s`;
    const { record, values } = await exporting.run(content, { ...parts, select });
    expect(record).toMatchObject({ result: 'done', sent: 1 });
    expect(values).toEqual([expected]);
  });
});
