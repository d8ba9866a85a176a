import { recognise } from '../../../../lib/object/decompress/recognise.ts';

test.each([
  ['', 'none'],
  ['1f', 'none'],
  ['1f8b', 'gzip'],
  ['1f8b08000000', 'gzip'],
  ['1f8c08', 'none'],
  ['425a68', 'none'],
  ['425a6839', 'bzip2'],
  ['425a68393141', 'bzip2'],
  ['425a6839314159265359', 'bzip2'],
  ['425a6831177245385090', 'bzip2'],
  ['425a6830314159265359', 'none'],
  ['425a68392c31302e302e', 'none'],
  ['28b52ffd', 'zstd'],
  ['28b52f', 'none'],
  ['502a4d18', 'zstd'],
  ['5f2a4d18', 'zstd'],
  ['602a4d18', 'none'],
  ['efbbbf69642c73746174', 'none'],
])('%s: %s', (hex, compression) => {
  expect(recognise(Buffer.from(hex, 'hex'))).toBe(compression);
});
