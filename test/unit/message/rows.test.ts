import { messageOf, pipelineOf, rowsOf } from '../../support/message.ts';

describe('JSON messages', () => {
  it.each<[string, unknown]>([
    ['{"id":1}', [{ id: 1 }]],
    ['{"id":1}{"id":2}', [{ id: 1 }, { id: 2 }]],
    ['{"id":1}\n{"id":2}\n', [{ id: 1 }, { id: 2 }]],
    ['[{"id":1},{"id":2}]', [{ id: 1 }, { id: 2 }]],
    ['[{"id":1}][{"id":2}]', [{ id: 1 }, { id: 2 }]],
    ['5', [{ value: 5 }]],
    ['[1,"a",null]', [{ value: 1 }, { value: 'a' }, { value: null }]],
    ['[[1,2]]', [{ value: [1, 2] }]],
    ['{}', [{}]],
    ['{"a":{"b":1}}', [{ a: { b: 1 } }]],
    ['\ufeff{"id":1}', [{ id: 1 }]],
    ['{"id":1}{"id":', 'JSONParsingError'],
  ])('%s', (text, rows) => {
    expect(rowsOf(text)).toEqual(rows);
  });

  it.each(['', '  ', '[]', null])('%j says nothing', (value) => {
    expect(pipelineOf().run([messageOf(value)])).toMatchObject({ changes: [], failures: [], ignored: 1 });
  });

  it('give all of their rows or none', () => {
    const { changes, failures } = pipelineOf().run([
      messageOf('{"id":1}'),
      messageOf('{"id":2}{', 1),
      messageOf('{"id":3}', 2),
    ]);
    expect(changes.map(({ message, index }) => [message.offset, index])).toEqual([
      [0, 0],
      [2, 0],
    ]);
    expect(failures).toMatchObject([{ message: { offset: 1 }, at: 'parse', position: 9, fix: expect.any(String) }]);
  });

  it('that are not UTF-8 are refused', () => {
    expect(rowsOf(Buffer.from([0x22, 0xff, 0x22]))).toBe('InvalidTextEncoding');
  });
});

describe('text messages', () => {
  it('are the field message', () => {
    expect(rowsOf('a {"b', { message: { format: 'text' } })).toEqual([{ message: 'a {"b' }]);
    expect(rowsOf('', { message: { format: 'text' } })).toEqual([{ message: '' }]);
    expect(pipelineOf({ message: { format: 'text' } }).run([messageOf(null)])).toMatchObject({ ignored: 1 });
  });
});

describe('other charsets', () => {
  it.each([
    ['gbk', [0xc4, 0xe3, 0xba, 0xc3]],
    ['gb18030', [0xc4, 0xe3, 0xba, 0xc3]],
    ['big5', [0xa7, 0x41, 0xa6, 0x6e]],
  ] as const)('%s', (charset, bytes) => {
    const value = Buffer.concat([Buffer.from('{"v":"'), Buffer.from(bytes), Buffer.from('"}')]);
    expect(rowsOf(value, { message: { charset } })).toEqual([{ v: '你好' }]);
  });

  it.each([
    ['gbk', 0xff],
    ['gbk', 0xc4],
    ['gb18030', 0xff],
    ['gb18030', 0x81],
    ['big5', 0xff],
    ['big5', 0xa7],
  ] as const)('%s has no %d before a quote', (charset, byte) => {
    expect(rowsOf(Buffer.from([0x22, byte, 0x22]), { message: { charset } })).toBe('InvalidTextEncoding');
  });
});

describe('nested values as fields of their own', () => {
  const message = { nested: 'flatten' } as const;

  it.each<[string, unknown]>([
    ['{"data":{"voltage":221.5,"phase":{"a":1}}}', [{ data_voltage: '221.5', data_phase_a: 1 }]],
    ['{"location":[{"city":"X"},{"city":"Y"}],"id":1}', [{ location_0_city: 'X', location_1_city: 'Y', id: 1 }]],
    ['{"e":{},"l":[],"id":1}', [{ id: 1 }]],
    ['{"a":{"b":1},"a_b":2}', 'FieldCollision'],
    ['[{"a":{"b":1}},{"a":{"b":2}}]', [{ a_b: 1 }, { a_b: 2 }]],
  ])('%s', (text, rows) => {
    expect(rowsOf(text, { message })).toEqual(rows);
  });

  it('share their names from row to row', () => {
    const { changes } = pipelineOf({ message }).run([messageOf('{"a":{"b":1}}{"a":{"b":2}}')]);
    const [first, second] = changes.map((change) => (change.kind === 'put' ? change.row.names : []));
    expect(first).toBe(second);
  });

  it('are reached by the path, as they would be nested', () => {
    const steps = [
      { set: { city: 'location[0].city', volts: 'data.voltage' } },
      { drop: ['location_0_city', 'data_voltage'] },
    ];
    const text = '{"location":[{"city":"X"}],"data":{"voltage":1}}';
    expect(rowsOf(text, { message, steps })).toEqual([{ city: 'X', volts: 1 }]);
    expect(rowsOf(text, { steps: steps.slice(0, 1) })).toMatchObject([{ city: 'X', volts: 1 }]);
  });
});
