import { unavailableValues } from '../../../../lib/message/debezium/unavailable.ts';
import { createPipeline } from '../../../../lib/message/pipeline.ts';
import { Struct } from '../../../../lib/select/values/value.ts';
import { envelope } from '../../../support/debezium/event.ts';
import { shownChange } from '../../../support/debezium/shown.ts';

const PLACEHOLDER = '__debezium_unavailable_value';
const isUnavailable = unavailableValues(PLACEHOLDER);

describe('the placeholder of an unchanged value', () => {
  it.each([
    ['text and json', PLACEHOLDER],
    ['bytea', Buffer.from(PLACEHOLDER).toString('base64')],
    ['bytea in hex', Buffer.from(PLACEHOLDER).toString('hex')],
    ['text[]', [PLACEHOLDER]],
    ['int[]', [...Buffer.from(PLACEHOLDER)]],
    ['uuid[]', ['b68a35a7-17ad-35b3-af2a-ae46edb4545a']],
    ['hstore as JSON', `{"${PLACEHOLDER}":"${PLACEHOLDER}"}`],
    ['hstore as a map', new Struct([PLACEHOLDER], [PLACEHOLDER])],
  ])('is known in %s', (_, value) => {
    expect(isUnavailable(value)).toBe(true);
  });

  it.each([
    ['a longer text', `${PLACEHOLDER}!`],
    ['two elements', [PLACEHOLDER, PLACEHOLDER]],
    ['as many other numbers', Array(28).fill(95)],
    ['a map to something else', new Struct([PLACEHOLDER], ['x'])],
    ['null', null],
    ['an empty list', []],
  ])('is not %s', (_, value) => {
    expect(isUnavailable(value)).toBe(false);
  });

  it('may be another one', () => {
    expect(unavailableValues('gone')('gone')).toBe(true);
    expect(unavailableValues('gone')(PLACEHOLDER)).toBe(false);
  });

  it('leaves its field out of the row, whatever the schema makes of the others', () => {
    const fields = [
      { field: 'id', type: 'int32' },
      { field: 'by', type: 'bytes' },
      { field: 'ia', type: 'array', items: { type: 'int32' } },
      { field: 'v', type: 'int32' },
    ];
    const by = Buffer.from(PLACEHOLDER).toString('base64');
    const after = { id: 1, by, ia: [...Buffer.from(PLACEHOLDER)], v: 2 };
    const pipeline = createPipeline({ message: { format: 'debezium' }, steps: [], now: () => 0 });
    const { changes } = pipeline.run([envelope({ op: 'u', after, fields }), envelope({ op: 'u', after, fields })]);
    expect(changes.map(shownChange)).toMatchObject(Array(2).fill({ row: { id: 1, v: 2 }, unchanged: ['by', 'ia'] }));
    const [first, second] = changes;
    expect(first?.kind === 'put' && second?.kind === 'put' && first.row.names === second.row.names).toBe(true);
  });

  it('is a text like any other in a snapshot', () => {
    const pipeline = createPipeline({ message: { format: 'debezium' }, steps: [], now: () => 0 });
    const { changes } = pipeline.run([envelope({ op: 'r', after: { id: 1, t: PLACEHOLDER } })]);
    expect(changes.map(shownChange)).toMatchObject([{ row: { t: PLACEHOLDER }, unchanged: [] }]);
  });
});
