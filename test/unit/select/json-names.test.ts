import { JSONL, selectAll } from '../../support/select.ts';

test.each([
  ['s.key1', '{"KEY1":1}', '{"key1":1}'],
  ['s.key1', String.raw`{"\u006bey1":1}`, '{"key1":1}'],
  // The Kelvin sign is a k in lower case, and longer.
  ['s.key1', '{"\u212aey1":1}', '{"key1":1}'],
  ['s."key1"', '{"\u212aey1":1}', '{}'],
  ['s.kk', '{"\u212a\u212a":1}', '{"kk":1}'],
  ['s.é', '{"É":1}', '{"é":1}'],
  ['s."é"', String.raw`{"\u00e9":1}`, '{"é":1}'],
  ['s.a.b', '{"a":{"B":1}}', '{"b":1}'],
  ['s."a b"', '{"a b":1}', '{"a b":1}'],

  ['s.b', '{"a":{"b":1},"b":2}', '{"b":2}'],
  ['s.a', '[{"a":1}]', '{}'],
  ['s.a', '"a"', '{}'],
  ['s.a', ' { "x" : [ 1 , { "a" : 3 } ] , "a" : "}" } ', '{"a":"}"}'],
  ['s.a', `{${Array.from({ length: 200 }, (_, i) => `"k${i}":${i}`).join()},"a":1}`, '{"a":1}'],
])('%s of %s', async (path, row, expected) => {
  expect((await selectAll(`SELECT ${path} FROM S3Object s`, JSONL, row)).rows).toEqual([expected]);
  const document = { ...JSONL, input: { kind: 'json' } } as const;
  expect((await selectAll(`SELECT ${path} FROM S3Object s`, document, row)).rows).toEqual([expected]);
});

test('a name that comes twice is ambiguous, however it is written', async () => {
  for (const row of ['{"a":1,"A":2}', '{"a":1,"a":2}', String.raw`{"a":1,"\u0061":2}`]) {
    expect((await selectAll('SELECT s.a FROM S3Object s', JSONL, row)).failures).toMatchObject([
      { code: 'AmbiguousFieldName' },
    ]);
  }
});
