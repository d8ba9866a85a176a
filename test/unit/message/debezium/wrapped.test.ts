import { WrappedReader } from '../../../../lib/message/debezium/wrapped.ts';
import { JsonParser } from '../../../../lib/message/json/parser.ts';
import { textDecoder } from '../../../../lib/message/text.ts';
import type { Value } from '../../../../lib/select/values/value.ts';
import { shown } from '../../../support/debezium/shown.ts';

function reading() {
  const compiled: unknown[] = [];
  const compile = (schema: Value) => {
    compiled.push(shown(schema));
    return JSON.stringify(shown(schema));
  };
  const reader = new WrappedReader(new JsonParser(), textDecoder('utf-8'), compile);
  return { compiled, read: (text: string) => reader.read(Buffer.from(text)) };
}

describe('a value behind its schema', () => {
  it('has it compiled once for all messages that begin the same', () => {
    const { compiled, read } = reading();
    for (let i = 0; i < 3; i++) {
      expect(read(`{"schema":{"t":"ä"},"payload":${i}}`)).toEqual({ value: i, schema: '{"t":"ä"}' });
      expect(read(`{"schema":null,"payload":[${i}]}`)).toEqual({ value: [i], schema: 'null' });
    }
    expect(compiled).toEqual([{ t: 'ä' }, null]);
  });

  it('is found however it is written', () => {
    const { read } = reading();
    expect(read(' { "schema" : {} , "payload" : 2 } ')).toEqual({ value: 2, schema: '{}' });
    expect(read('{"payload":2,"schema":{}}')).toEqual({ value: 2, schema: '{}' });
  });

  it('is told from a row that has fields of those names', () => {
    const { compiled, read } = reading();
    expect(shown(read('{"schema":"public","payload":"x","id":1}').value)).toEqual({
      schema: 'public',
      payload: 'x',
      id: 1,
    });
    expect(shown(read('{"schema":"public","payload":"x"}').value)).toEqual({ schema: 'public', payload: 'x' });
    expect(shown(read('{"schema":"public","id":1}').value)).toEqual({ schema: 'public', id: 1 });
    expect(compiled).toHaveLength(0);
  });

  it('is refused at its place in the whole message', () => {
    const { read } = reading();
    read('{"schema":{},"payload":1}');
    for (const text of ['{"schema":{},"payload":?}', '{"schema":{},"payload":1,}']) {
      expect(() => read(text)).toThrow(expect.objectContaining({ position: text.search(/\?|,\}$/) }));
    }
  });
});
