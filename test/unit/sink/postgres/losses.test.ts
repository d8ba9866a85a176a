import type { FieldSchema, Put, Wire } from '../../../../lib/message/contract.ts';
import type { Value } from '../../../../lib/select/values/value.ts';
import type { Column } from '../../../../lib/sink/postgres/column.ts';
import { columnTypeOf } from '../../../../lib/sink/postgres/evolve/sketch.ts';
import { Losses } from '../../../../lib/sink/postgres/losses.ts';
import { put } from '../../../support/postgres/schema.ts';

const WIRE: Wire = { connector: 'postgresql', binary: 'base64', decimals: 'string' };
const field = (logical: string): FieldSchema => ({ name: 'v', type: 'string', logical, optional: true });

function told(type: string, value: Value, more: Partial<Put>): readonly string[] {
  const column: Column = { name: 'v', type: columnTypeOf(type), notNull: false, hasDefault: false, generated: false };
  const table = { schema: 's', table: 't', columns: [column], uniqueKeys: [] };
  const losses = new Losses();
  const change = put(0, { v: value }, more);
  const remarks = losses.in(table, [change, change]);
  expect(losses.in(table, [put(1, { v: value }, more)])).toEqual([]);
  for (const { reason } of remarks) expect(reason).toContain('"v"');
  return remarks.map(({ code }) => code);
}

describe('what a connector does not tell is told once of each column', () => {
  test.each<[string, string, Value, Partial<Put>, string | undefined]>([
    [
      'zeros of a number with a scale of its own',
      'numeric',
      1,
      { schema: [field('io.debezium.data.VariableScaleDecimal')] },
      'TrailingZerosLost',
    ],
    [
      'a number of a fixed scale',
      'numeric',
      1,
      { schema: [field('org.apache.kafka.connect.data.Decimal')] },
      undefined,
    ],
    ['a number written as text', 'numeric', '1.50', { wire: WIRE }, undefined],
    [
      'a number written as bytes, without schema',
      'numeric',
      'AQ==',
      { wire: { ...WIRE, decimals: 'precise' } },
      'TrailingZerosLost',
    ],
    ['the front of a bit string', 'bit varying', '101', { wire: WIRE }, 'LeadingZerosLost'],
    ['the offset of a time', 'time with time zone', '10:00:00Z', { wire: WIRE }, 'TimeZoneLost'],
    ['a span as microseconds', 'interval', 5, { wire: WIRE }, 'InexactInterval'],
    ['a span as text', 'interval', 'P1M', { wire: WIRE }, undefined],
    ['midnight', 'time without time zone', '00:00:00Z', { wire: WIRE }, 'MidnightIsAmbiguous'],
    ['another time', 'time without time zone', '00:00:01Z', { wire: WIRE }, undefined],
    ['much money in a snapshot', 'money', '9.007199254740994E13', { wire: WIRE, snapshot: 'whole' }, 'MoneyRounded'],
    ['much money in a change', 'money', '90071992547409.93', { wire: WIRE }, undefined],
    ['little money', 'money', '12.34', { wire: WIRE, snapshot: 'whole' }, undefined],
    ['nothing', 'interval', null, { wire: WIRE }, undefined],
    [
      'what comes from MySQL',
      'time without time zone',
      '00:00:00',
      { wire: { ...WIRE, connector: 'mysql' } },
      undefined,
    ],
    ['what is no change', 'bit varying', '101', {}, undefined],
  ])('%s', (_, type, value, more, code) => {
    expect(told(type, value, more)).toEqual(code === undefined ? [] : [code]);
  });
});
