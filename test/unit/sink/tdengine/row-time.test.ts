import type { RowTime } from '../../../../lib/rule/schema/tdengine-sink.ts';
import { Decimal } from '../../../../lib/select/values/decimal.ts';
import { Float, type Value } from '../../../../lib/select/values/value.ts';
import { timeReader } from '../../../../lib/sink/tdengine/row-time.ts';
import type { Precision } from '../../../../lib/sink/tdengine/ticks.ts';
import { messageAt, rowOf } from '../../../support/tdengine/target.ts';

const NOW = 1_720_000_000_000;

function read(
  time: RowTime,
  value: Value,
  precision: Precision = 'ms',
  options: Partial<Parameters<typeof timeReader>[0]> = {},
) {
  const reader = timeReader({ time, precision, onNull: 'fail', clock: () => NOW, ...options });
  return reader(rowOf({ at: value }), messageAt(5));
}

const number = (unit: 's' | 'ms' | 'us' | 'ns'): RowTime => ({ kind: 'number', field: 'at', unit });
const textual = (format: string): RowTime => ({ kind: 'text', field: 'at', format });

test.each<[RowTime, Value, Precision, number | bigint]>([
  [{ kind: 'message' }, null, 'ms', NOW + 5],
  [{ kind: 'message' }, null, 'us', (NOW + 5) * 1000],
  [{ kind: 'message' }, null, 'ns', 1_720_000_000_005_000_000n],
  [number('s'), 1_720_000_000, 'ms', NOW],
  [number('s'), Decimal.parse('1720000000.1239')!, 'ms', NOW + 123],
  [number('s'), new Float(1_720_000_000.5), 'ms', NOW + 500],
  [number('s'), '1720000000', 'ns', 1_720_000_000_000_000_000n],
  [number('us'), 1_720_000_000_123_999, 'ms', NOW + 123],
  [number('ns'), 1_720_000_000_123_456_789n, 'us', 1_720_000_000_123_456],
  [textual('rfc3339'), '2024-07-03T09:46:40.123456Z', 'ms', NOW + 123],
  [textual('rfc3339'), '2024-07-03T11:46:40+02:00', 'ms', NOW],
  [textual('rfc3339'), '2024-07-03 09:46:40.5', 'us', (NOW + 500) * 1000],
  [textual('yyyy/MM/dd HH:mm:ss'), '2024/07/03 09:46:40', 'ms', NOW],
])('%j of %p in %s', (time, value, precision, ticks) => {
  expect(read(time, value, precision)).toBe(ticks);
});

test('what is no time of that form is told without the value', () => {
  expect(read(number('ms'), 'soon')).toMatchObject({
    kind: 'typeMismatch',
    reason: 'is not a number of ms since 1970',
  });
  expect(read(textual('rfc3339'), '3.7.2024')).toMatchObject({ reason: 'is not a time as rfc3339' });
  expect(read(textual('yyyy'), 'x')).toMatchObject({ kind: 'typeMismatch' });
});

test('without a timestamp the rule says what is meant', () => {
  expect(read(number('ms'), null)).toMatchObject({ kind: 'nullTimestamp', about: 'timestamp (at)' });
  expect(read(number('ms'), null, 'ms', { onNull: 'message-time' })).toBe(NOW + 5);
});

test('what the database does not keep is found before it is sent', () => {
  const day = 86_400_000;
  const keep = (value: number) => read(number('ms'), value, 'ms', { keepMs: 10 * day });
  expect(keep(NOW - 10 * day)).toBe(NOW - 10 * day);
  expect(keep(NOW - 10 * day - 1)).toMatchObject({ kind: 'outOfKeep', reason: expect.stringMatching(/10 days/) });
  expect(keep(NOW * 1000)).toMatchObject({
    kind: 'outOfKeep',
    reason: expect.stringMatching(/unit may be a finer one/),
  });
});
