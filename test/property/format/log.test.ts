import fc from 'fast-check';
import { LOG_PRESETS } from '../../../lib/format/options.ts';
import { everyCut, read } from '../../support/read.ts';

const line = fc
  .array(
    fc.constantFrom(
      'a',
      'x-y',
      '-',
      '"q r"',
      '"',
      '[t u]',
      '[',
      '#Fields: a b',
      '#Fields: a c',
      '#',
      '7',
      '',
      '\t',
      ' ',
    ),
    { maxLength: 24 },
  )
  .chain((parts) => fc.constantFrom(' ', '\t').map((separator) => parts.join(separator)));
const logs = fc
  .array(fc.tuple(line, fc.constantFrom('\n', '\r\n')), { maxLength: 6 })
  .map((lines) => Buffer.from(lines.flat().join('')));
const runs = { numRuns: 600 };

describe('log lines', () => {
  test('are the same however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...LOG_PRESETS),
        logs,
        fc.array(fc.nat(80), { maxLength: 4 }),
        (preset, bytes, cuts) => {
          const whole = read({ kind: 'log', preset }, bytes);
          expect(read({ kind: 'log', preset }, bytes, cuts)).toEqual(whole);
          expect(read({ kind: 'log', preset }, bytes, everyCut(bytes.length))).toEqual(whole);
        },
      ),
      runs,
    );
  });

  test('go on from any place that was consumed', () => {
    fc.assert(
      fc.property(fc.constantFrom(...LOG_PRESETS), logs, (preset, bytes) => {
        const { items, header } = read({ kind: 'log', preset }, bytes);
        for (const [i, { consumed }] of items.entries()) {
          const rest = read({ kind: 'log', preset }, bytes.subarray(consumed), [], { at: consumed, header: header! });
          expect(rest.items).toEqual(items.slice(i + 1));
        }
      }),
      runs,
    );
  });
});
