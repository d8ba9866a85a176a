import { createPipeline } from '../../../../lib/message/pipeline.ts';
import { envelope, rawEvent, type WireField } from '../../../support/debezium/event.ts';
import { shownRow } from '../../../support/debezium/shown.ts';

function decoded(field: WireField, value: unknown) {
  const pipeline = createPipeline({ message: { format: 'debezium' }, steps: [], now: () => 0 });
  const { changes, failures } = pipeline.run([envelope({ after: { v: value }, fields: [{ field: 'v', ...field }] })]);
  const [change] = changes;
  return change?.kind === 'put' ? shownRow(change.row)['v'] : failures[0]?.code;
}

const kafka = (name: string) => `org.apache.kafka.connect.data.${name}`;
const time = (name: string) => `io.debezium.time.${name}`;
const data = (name: string) => `io.debezium.data.${name}`;

describe('a value with its schema', () => {
  it.each<[WireField, unknown, unknown]>([
    [{ type: 'bytes', logical: kafka('Decimal'), parameters: { scale: '2' } }, 'BNI=', '12.34'],
    [{ type: 'bytes', logical: kafka('Decimal'), parameters: { scale: '0' } }, 'AP//////////', '18446744073709551615'],
    [{ type: 'struct', logical: data('VariableScaleDecimal') }, { scale: 3, value: 'AeJA' }, '123.456'],
    [{ type: 'int32', logical: time('Date') }, 19_782, '2024-02-29'],
    [{ type: 'int32', logical: kafka('Date') }, 19_782, '2024-02-29'],
    [{ type: 'int32', logical: time('Time') }, 3_723_004, '01:02:03.004'],
    [{ type: 'int64', logical: time('MicroTime') }, 45_296_789_012, '12:34:56.789012'],
    [{ type: 'int64', logical: time('NanoTime') }, 1_000_000_000, '00:00:01'],
    [{ type: 'int64', logical: kafka('Timestamp') }, 1_709_210_096_789, '2024-02-29T12:34:56.789-00:00'],
    [{ type: 'int64', logical: time('Timestamp') }, 1_709_210_096_789, '2024-02-29T12:34:56.789-00:00'],
    [{ type: 'int64', logical: time('MicroTimestamp') }, 1_709_210_096_789_012, '2024-02-29T12:34:56.789012-00:00'],
    [{ type: 'string', logical: time('ZonedTimestamp') }, '2024-02-29T07:04:56.789012Z', '2024-02-29T07:04:56.789012Z'],
    [{ type: 'string', logical: time('ZonedTimestamp') }, '-infinity', '-infinity'],
    [{ type: 'string', logical: time('IsoDate') }, '2024-02-29Z', '2024-02-29'],
    [{ type: 'string', logical: time('IsoTime') }, '12:34:56Z', '12:34:56'],
    [{ type: 'string', logical: time('IsoTimestamp') }, '2024-02-29T12:34:56Z', '2024-02-29T12:34:56-00:00'],
    [{ type: 'string', logical: time('ZonedTime') }, '10:34:56.789Z', '10:34:56.789Z'],
    [{ type: 'int64', logical: time('MicroDuration') }, -1, 'PT-0.000001S'],
    [{ type: 'int64', logical: time('NanoDuration') }, 1_500_000_000, 'PT1.5S'],
    [{ type: 'string', logical: time('Interval') }, 'P1Y2M3DT4H5M6.789S', 'P1Y2M3DT4H5M6.789S'],
    [{ type: 'int32', logical: time('Year') }, 1901, 1901],
    [{ type: 'bytes', logical: data('Bits'), parameters: { length: '8' } }, 'pQ==', '10100101'],
    [{ type: 'boolean' }, true, true],
    [{ type: 'string', logical: data('Json') }, '{"n": 1.10}', '{"n": 1.10}'],
    [{ type: 'string', logical: data('Xml') }, '<a/>', '<a/>'],
    [
      { type: 'string', logical: data('Uuid') },
      'b68a35a7-17ad-35b3-af2a-ae46edb4545b',
      'b68a35a7-17ad-35b3-af2a-ae46edb4545b',
    ],
    [{ type: 'string', logical: data('EnumSet') }, 'a,b', 'a,b'],
    [{ type: 'bytes' }, '3q2+7w==', '\\xdeadbeef'],
    [{ type: 'double' }, 'NaN', Number.NaN],
    [{ type: 'float' }, '-Infinity', Number.NEGATIVE_INFINITY],
    [{ type: 'double' }, 3.5, 3.5],
    [
      { type: 'array', items: { type: 'int64', logical: time('MicroTimestamp') } },
      [0, null],
      ['1970-01-01T00:00:00.000000-00:00', null],
    ],
    [
      { type: 'array', items: { type: 'bytes', logical: kafka('Decimal'), parameters: { scale: '2' } } },
      ['bg=='],
      ['1.10'],
    ],
    [
      { type: 'struct', logical: data('geometry.Point') },
      { x: 'Infinity', y: 1.5, srid: null },
      { x: Infinity, y: 1.5, srid: null },
    ],
    [{ type: 'int64', parameters: { '__debezium.source.column.type': 'BIGINT UNSIGNED' } }, -1, '18446744073709551615'],
    [{ type: 'int64' }, -1, -1],
    [{ type: 'int16' }, 1, 1],
    [{ type: 'int32', logical: time('Date') }, null, null],
  ])('%j: %j', (field, value, expected) => {
    expect(decoded(field, value)).toEqual(expected);
  });

  it.each<[WireField, unknown]>([
    [{ type: 'int32', logical: time('Date') }, 'today'],
    [{ type: 'bytes' }, 5],
    [{ type: 'double' }, 'much'],
    [{ type: 'array', items: { type: 'bytes' } }, 'x'],
    [{ type: 'struct', logical: data('VariableScaleDecimal') }, 'BNI='],
    [{ type: 'string', logical: time('ZonedTimestamp') }, 'soon'],
  ])('that its schema does not describe is refused: %j', (field, value) => {
    expect(decoded(field, value)).toBe('WireTypeMismatch');
  });

  it('keeps every digit of a bigint, of keys too', () => {
    const pipeline = createPipeline({ message: { format: 'debezium' }, steps: [], now: () => 0 });
    const text =
      '{"before":null,"after":{"id":9007199254740993,"d":1.10},"op":"c","source":{"connector":"postgresql"}}';
    const key = { ...rawEvent('').key, key: Buffer.from('{"id":-9223372036854775808}') };
    const [change] = pipeline.run([{ ...rawEvent(text), ...key }]).changes;
    expect(change?.kind === 'put' && shownRow(change.row)).toEqual({ id: '9007199254740993', d: '1.10' });
    expect(change?.kind === 'put' && change.key?.values).toEqual([-9223372036854775808n]);
  });
});
