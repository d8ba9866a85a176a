import type { Step } from '../../../../lib/message/options.ts';
import { pipelineOf, rowsOf } from '../../../support/message.ts';

type Case = readonly [what: string, step: Step, value: string, rows: unknown];

function cases(all: readonly Case[]) {
  it.each(all)('%s', (_, step, value, rows) => {
    expect(rowsOf(value, { steps: [step] })).toEqual(rows);
  });
}

const split = (more: object = {}): Step => ({ split: { field: 'm', separator: '-', count: 2, ...more } });

describe('split', () => {
  cases([
    [
      'puts the parts in the place of the field',
      split(),
      '{"a":1,"m":"hello-word","b":2}',
      [{ a: 1, m_0: 'hello', m_1: 'word', b: 2 }],
    ],
    ['leaves the rest in the last part', split(), '{"m":"a-b-c"}', [{ m_0: 'a', m_1: 'b-c' }]],
    [
      'gives null for parts that are not there',
      split({ count: 3 }),
      '{"m":"a-b"}',
      [{ m_0: 'a', m_1: 'b', m_2: null }],
    ],
    ['fails for them where it should', split({ count: 3, onFewer: 'fail' }), '{"m":"a-b"}', 'StepFailed'],
    ['keeps empty parts', split(), '{"m":"-"}', [{ m_0: '', m_1: '' }]],
    ['splits numbers as their text', split({ separator: '.' }), '{"m":1.50}', [{ m_0: '1', m_1: '50' }]],
    [
      'gives null for null and for nothing',
      split(),
      '{"m":null}{"x":1}',
      [
        { m_0: null, m_1: null },
        { x: 1, m_0: null, m_1: null },
      ],
    ],
    ['refuses an object', split(), '{"m":{}}', 'StepFailed'],
    ['overwrites fields of those names', split(), '{"m_1":0,"m":"a-b"}', [{ m_1: 'b', m_0: 'a' }]],
  ]);
});

const regex = (more: object = {}): Step => ({
  regex: { field: 'uri', pattern: '^/api/(?<service>[^/]+)(?:/(?<rest>.*))?', ...more },
});

describe('regex', () => {
  cases([
    [
      'makes fields of groups',
      regex(),
      '{"uri":"/api/pay/1","a":1}',
      [{ uri: '/api/pay/1', a: 1, service: 'pay', rest: '1' }],
    ],
    [
      'gives null for a group that took no part',
      regex(),
      '{"uri":"/api/pay"}',
      [{ uri: '/api/pay', service: 'pay', rest: null }],
    ],
    ['fails where nothing matches', regex(), '{"uri":"/"}', 'StepFailed'],
    ['gives null where it should', regex({ onMiss: 'null' }), '{"uri":"/"}', [{ uri: '/', service: null, rest: null }]],
    [
      'leaves the row out where it should',
      regex({ onMiss: 'discard' }),
      '{"uri":"/"}{"uri":"/api/x"}',
      [{ uri: '/api/x', service: 'x', rest: null }],
    ],
    ['may overwrite its own field', regex({ pattern: '^/(?<uri>.*)' }), '{"uri":"/a"}', [{ uri: 'a' }]],
    ['takes null for a miss', regex({ onMiss: 'null' }), '{"uri":null}', [{ uri: null, service: null, rest: null }]],
  ]);

  it.each(['(', 'no groups', '(a)'])('%s is refused before any message', (pattern) => {
    expect(() => pipelineOf({ steps: [regex({ pattern })] })).toThrow(
      expect.objectContaining({ code: 'BadPattern', message: expect.stringMatching(/^steps\.1 regex: /) }),
    );
  });
});

const json = (more: object = {}): Step => ({ json: { field: 'p', ...more } });

describe('json', () => {
  cases([
    [
      'puts members in the place of the text',
      json(),
      '{"a":1,"p":"{\\"x\\":1.10,\\"y\\":{\\"z\\":1}}","b":2}',
      [{ a: 1, x: '1.10', y: { z: 1 }, b: 2 }],
    ],
    ['puts a prefix before them', json({ prefix: 'p_' }), '{"p":"{\\"x\\":1}"}', [{ p_x: 1 }]],
    ['leaves what is no object as the value', json(), '{"p":"[1,2]"}', [{ p: [1, 2] }]],
    ['spreads an object that is there already', json(), '{"p":{"x":1}}', [{ x: 1 }]],
    ['leaves null and nothing', json(), '{"p":null}{"q":1}', [{ p: null }, { q: 1 }]],
    ['fails for what is no JSON', json(), '{"p":"{"}', 'StepFailed'],
    ['gives null for it where it should', json({ onFail: 'null' }), '{"p":"{"}', [{ p: null }]],
    ['fails where a field is there already', json(), '{"a":1,"p":"{\\"a\\":2}"}', 'FieldCollision'],
    ['lets a member have the name of the text', json(), '{"a":1,"p":"{\\"p\\":2}"}', [{ a: 1, p: 2 }]],
  ]);

  it('makes fields of nested values where the message does', () => {
    const message = { nested: 'flatten' } as const;
    expect(rowsOf('{"p":"{\\"a\\":{\\"b\\":[1]}}"}', { message, steps: [json()] })).toEqual([{ a_b_0: 1 }]);
  });
});

const convert = (options: object | string): Step => ({ convert: { v: options } }) as Step;
const ts = (more: object) => convert({ type: 'timestamp', ...more });

describe('convert', () => {
  cases([
    [
      'int',
      convert('int'),
      '[{"v":"12"},{"v":9007199254740993},{"v":true},{"v":null},{"w":1}]',
      [{ v: 12 }, { v: '9007199254740993' }, { v: 1 }, { v: null }, { w: 1 }],
    ],
    ['decimal', convert('decimal'), '{"v":"1.50"}', [{ v: '1.50' }]],
    ['float', convert('float'), '{"v":"1.5"}', [{ v: 1.5 }]],
    ['bool', convert('bool'), '[{"v":"TRUE"},{"v":0}]', [{ v: true }, { v: false }]],
    ['text', convert('text'), '[{"v":1.50},{"v":{"a":[1.0]}}]', [{ v: '1.50' }, { v: '{"a":[1.0]}' }]],
    ['fails', convert('int'), '{"v":"x"}', 'StepFailed'],
    ['gives null where it should', convert({ type: 'int', onFail: 'null' }), '{"v":"x"}', [{ v: null }]],
    [
      's',
      ts({ unit: 's' }),
      '[{"v":1700000000},{"v":"1700000000.25"}]',
      [{ v: '2023-11-14T22:13:20Z' }, { v: '2023-11-14T22:13:20.25Z' }],
    ],
    [
      'ms',
      ts({ unit: 'ms' }),
      '[{"v":1700000000123},{"v":-1}]',
      [{ v: '2023-11-14T22:13:20.123Z' }, { v: '1969-12-31T23:59:59.999Z' }],
    ],
    ['us', ts({ unit: 'us' }), '{"v":1700000000123456}', [{ v: '2023-11-14T22:13:20.123456Z' }]],
    ['ns', ts({ unit: 'ns' }), '{"v":1700000000123456789}', [{ v: '2023-11-14T22:13:20.123456789Z' }]],
    ['an exponent', ts({ unit: 's' }), '{"v":1.7e9}', [{ v: '2023-11-14T22:13:20Z' }]],
    ['too far away', ts({ unit: 's' }), '{"v":1e30}', 'StepFailed'],
    ['too many digits', ts({ unit: 's' }), '{"v":1e-1000000}', 'StepFailed'],
    ['a format', ts({ format: 'dd/MM/yyyy HH:mm' }), '{"v":"29/02/2024 12:34"}', [{ v: '2024-02-29T12:34-00:00' }]],
    [
      'RFC 3339',
      ts({}),
      '[{"v":"2024-02-29T12:34:56.7+02:00"},{"v":"2024-02-29 12:34:56"},{"v":"2024-02-29 12:34+0200"}]',
      [{ v: '2024-02-29T12:34:56.7+02:00' }, { v: '2024-02-29T12:34:56-00:00' }, { v: '2024-02-29T12:34+02:00' }],
    ],
    ['a number without unit', ts({}), '{"v":1}', 'StepFailed'],
  ]);

  it('refuses a format before any message', () => {
    expect(() => pipelineOf({ steps: [ts({ format: 'QQ' })] })).toThrow(
      expect.objectContaining({ code: 'BadPattern' }),
    );
  });
});

describe('rename, drop and set', () => {
  cases([
    ['rename', { rename: { a: 'b', x: 'y' } }, '{"a":1,"c":2}', [{ b: 1, c: 2 }]],
    ['rename swaps', { rename: { a: 'b', b: 'a' } }, '{"a":1,"b":2}', [{ b: 1, a: 2 }]],
    ['rename onto another', { rename: { a: 'b' } }, '{"a":1,"b":2}', 'FieldCollision'],
    ['drop', { drop: ['a', 'x'] }, '{"a":1,"b":2}', [{ b: 2 }]],
    [
      'set',
      { set: { total: 'price * n', price: "'x'" } },
      '{"price":1.50,"n":3}',
      [{ price: 'x', n: 3, total: '4.50' }],
    ],
    ['set to nothing', { set: { a: 'b' } }, '{"x":1}', [{ x: 1, a: null }]],
    ['set fails', { set: { a: '1 / b' } }, '{"b":0}', 'DivideByZero'],
    ['set sees the row before', { set: { a: 'b', b: 'a' } }, '{"a":1,"b":2}', [{ a: 2, b: 1 }]],
  ]);

  it.each([
    [{ set: { a: 'NOSUCH(b)' } }, 'steps.1 set: '],
    [{ set: { a: 'COUNT(b)' } }, 'steps.1 set: '],
    [{ filter: '1 + 1' }, 'steps.1 filter: '],
    [{ filter: 'a =' }, 'steps.1 filter: '],
  ])('%j is refused before any message', (step, begin) => {
    expect(() => pipelineOf({ steps: [step as Step] })).toThrow(
      expect.objectContaining({ message: expect.stringContaining(begin) }),
    );
  });
});

describe('filter', () => {
  cases([
    ['leaves out what is not true', { filter: 'id != 1' }, '{"id":1}{"id":2}{"id":null}{"x":1}', [{ id: 2 }]],
    ['finds names without case', { filter: 'ID = 1' }, '{"Id":1}', [{ Id: 1 }]],
    ['finds quoted names exactly', { filter: '"ID" = 1' }, '{"id":1}', []],
    ['does not guess between names that differ in case', { filter: 'id = 1' }, '{"id":1,"ID":2}', 'AmbiguousFieldName'],
    ['never reads text as a number', { filter: "id = 1 OR id = '2'" }, '{"id":"1"}{"id":"2"}', [{ id: '2' }]],
    ['knows the time', { filter: 'UTCNOW() = `2026-01-02T00:00:00.000Z`' }, '{"id":1}', [{ id: 1 }]],
    [
      'reaches into nested values',
      { filter: 'a.b[1].c = 1' },
      '{"a":{"b":[0,{"c":1}]}}{"a":{"b":[]}}{"a":1}',
      [{ a: { b: [0, { c: 1 }] } }],
    ],
  ]);
});
