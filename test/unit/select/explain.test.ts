import { explain, prepare } from '../../../lib/select/index.ts';
import { CSV } from '../../support/select.ts';

test.each([
  [
    "SELECT s.id, s.uri FROM S3Object s WHERE s.status >= 500 AND s.uri LIKE '/api/%'",
    ['id', 'uri', 'status'],
    'bytes',
    [],
    undefined,
  ],
  ["SELECT s.id FROM S3Object s WHERE LOWER(s.id) = 'a' OR s.n = 1 LIMIT 5", ['id', 'n'], 'mixed', [], 5],
  ['SELECT s.id FROM S3Object s WHERE CAST(s.n AS INT) > 1', ['id', 'n'], 'values', [], undefined],
  ['SELECT * FROM S3Object s', undefined, undefined, [], undefined],
  ['SELECT COUNT(*), SUM(s.n) FROM S3Object s', ['n'], undefined, ['COUNT(*)', 'SUM(…)'], undefined],
])('%s', (sql, columns, filter, aggregates, limit) => {
  expect(explain(prepare(sql, CSV))).toEqual({ columns, filter, aggregates, limit });
});
