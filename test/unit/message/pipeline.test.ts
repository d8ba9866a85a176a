import type { MessageOptions, Step } from '../../../lib/message/options.ts';
import { MISSING } from '../../../lib/select/values/missing.ts';
import { envelope, tombstone } from '../../support/debezium/event.ts';
import { shownChange, shownRow } from '../../support/debezium/shown.ts';
import { failuresOf, messageOf, pipelineOf } from '../../support/message.ts';

const SAMPLE = '{"id": 1, "message": "hello-word"}{"id": 2, "message": "hello-word"}';
const STEPS: readonly Step[] = [{ split: { field: 'message', separator: '-', count: 2 } }, { filter: 'id != 1' }];

describe('a preview', () => {
  it('shows the rows behind every stage', () => {
    const { stages, failure, warnings, changes } = pipelineOf({
      steps: STEPS,
      columns: { first: 'message_0', n: 'id + 1' },
    }).trace(messageOf(SAMPLE));
    const split = (id: number) => ({ id, message_0: 'hello', message_1: 'word' });
    expect(stages.map(({ name, rows }) => [name, rows.map(shownRow)])).toEqual([
      [
        'parsed',
        [
          { id: 1, message: 'hello-word' },
          { id: 2, message: 'hello-word' },
        ],
      ],
      ['steps.1 split', [split(1), split(2)]],
      ['steps.2 filter', [split(2)]],
      ['columns', [{ first: 'hello', n: 3 }]],
    ]);
    expect(failure).toBeUndefined();
    expect(warnings).toEqual([]);
    expect(changes.map(shownChange)).toMatchObject([{ row: { first: 'hello', n: 3 } }]);
  });

  it('warns of text that is compared with a number, and of names that no row has', () => {
    const steps: readonly Step[] = [
      { split: { field: 'msg', separator: '-', count: 2 } },
      { filter: 'id <> 1 AND x IN (1, 2)' },
    ];
    const { warnings } = pipelineOf({ steps }).trace(messageOf('{"id":"1","x":"a"}{"id":2,"x":3}'));
    expect(warnings).toEqual([
      { at: 'steps.1 split', what: 'there is no field msg', rows: 2, of: 2 },
      { at: 'steps.2 filter', what: 'the filter compared text with a number', rows: 1, of: 2 },
      { at: 'steps.2 filter', what: 'the filter compared text with a number', rows: 1, of: 2 },
    ]);
  });

  it('shows how far a message came that fails', () => {
    const { stages, failure } = pipelineOf({ steps: [{ set: { a: '1 / id' } }] }).trace(messageOf('{"id":0}'));
    expect(stages.map(({ name }) => name)).toEqual(['parsed']);
    expect(failure).toMatchObject({
      at: 'steps.1 set',
      code: 'DivideByZero',
      fix: expect.stringContaining('steps.1 set'),
    });
    expect(pipelineOf().trace(messageOf('{'))).toMatchObject({ stages: [], failure: { at: 'parse', position: 1 } });
  });
});

describe('a batch', () => {
  it('is counted: changes, failures, rows left out, messages that say nothing', () => {
    const pipeline = pipelineOf({ steps: [...STEPS, { set: { a: '4 / id' } }] });
    const result = pipeline.run([
      messageOf(SAMPLE),
      messageOf(null, 1),
      messageOf('{"id":0}', 2),
      messageOf('{"id":1}', 3),
    ]);
    expect(result.changes.map(({ message, index }) => [message.offset, index])).toEqual([[0, 0]]);
    expect(failuresOf(result)).toEqual(['steps.3 set DivideByZero']);
    expect(result).toMatchObject({ filtered: 2, ignored: 1 });
  });

  it('has rows that share their names behind every step', () => {
    const steps: readonly Step[] = [
      ...STEPS,
      { regex: { field: 'message_0', pattern: '(?<h>.)' } },
      { convert: { id: 'text' } },
      { rename: { id: 'k' } },
      { drop: ['message_1'] },
      { set: { z: 'k' } },
    ];
    const { changes } = pipelineOf({ steps, columns: { k: 'k', z: 'z' } }).run([messageOf(SAMPLE), messageOf(SAMPLE)]);
    const names = changes.map((change) => (change.kind === 'put' ? change.row.names : undefined));
    expect(names).toHaveLength(2);
    expect(names[0]).toBe(names[1]);
  });
});

describe('columns', () => {
  it('that have no field are MISSING, for which the target has a default', () => {
    const { changes } = pipelineOf({ columns: { a: 'x', b: 'y' } }).run([messageOf('{"x":null}')]);
    expect(changes).toMatchObject([{ row: { names: ['a', 'b'], values: [null, MISSING] } }]);
  });

  it('are named where their expression fails', () => {
    const { failures } = pipelineOf({ columns: { a: 'CAST(x AS INT)' } }).run([messageOf('{"x":"y"}')]);
    expect(failures).toMatchObject([
      { at: 'columns', code: 'CastFailed', reason: expect.stringContaining('the column a: ') },
    ]);
  });
});

describe('changes behind steps', () => {
  const message: MessageOptions = { format: 'debezium' };
  const changesOf = (
    steps: readonly Step[],
    columns: Record<string, string> | undefined,
    ...events: ReturnType<typeof envelope>[]
  ) => {
    const result = pipelineOf({ message, steps, columns }).run(events);
    return result.failures.length > 0 ? failuresOf(result) : result.changes.map(shownChange);
  };
  const GONE = '__debezium_unavailable_value';

  it('have keys of the same fields as their rows', () => {
    const steps: readonly Step[] = [
      { rename: { id: 'k' } },
      { set: { origin: "'a'", twice: 'k * 2' } },
      { drop: ['note'] },
    ];
    const headers = { '__debezium.oldkey': { id: 1 } };
    const [put, remove] = changesOf(
      steps,
      { k: 'k', origin: 'origin' },
      envelope({ after: { id: 2, v: 1, note: 'x' }, key: { id: 2 }, headers }),
      envelope({ op: 'd', before: { id: 2 }, key: { id: 2 }, headers: { '__debezium.newkey': { id: 3 } } }),
    );
    expect(put).toMatchObject({
      row: { k: 2, origin: 'a' },
      key: { k: 2, origin: 'a' },
      formerKey: { k: 1, origin: 'a' },
    });
    expect(remove).toMatchObject({ kind: 'remove', key: { k: 2, origin: 'a' }, laterKey: { k: 3, origin: 'a' } });
  });

  it('know what is made of unchanged fields only: it did not change either', () => {
    const event = envelope({ op: 'u', after: { id: 1, t: GONE, v: 2 } });
    expect(changesOf([{ set: { u: 'UPPER(t)', w: 'v' } }], undefined, event)).toMatchObject([
      { row: { id: 1, v: 2, w: 2 }, unchanged: ['t', 'u'] },
    ]);
    expect(changesOf([{ split: { field: 't', separator: '-', count: 2 } }], undefined, event)).toMatchObject([
      { row: { id: 1, v: 2 }, unchanged: ['t_0', 't_1'] },
    ]);
    expect(changesOf([{ regex: { field: 't', pattern: '(?<v>.)' } }], undefined, event)).toMatchObject([
      { row: { id: 1 }, unchanged: ['t', 'v'] },
    ]);
    expect(changesOf([], { id: 'id', text: 't', both: 'v' }, event)).toMatchObject([
      { row: { id: 1, both: 2 }, unchanged: ['text'] },
    ]);
    expect(changesOf([{ rename: { t: 's' } }, { drop: ['v'] }], undefined, event)).toMatchObject([
      { row: { id: 1 }, unchanged: ['s'] },
    ]);
    expect(changesOf([{ set: { t: 'v' } }], undefined, event)).toMatchObject([{ row: { t: 2 }, unchanged: [] }]);
  });

  it('fail where an unchanged field would have to be known', () => {
    const event = envelope({ op: 'u', after: { id: 1, t: GONE, v: 2 } });
    expect(changesOf([{ filter: "t = 'a'" }], undefined, event)).toEqual(['steps.1 filter UnchangedFieldNeeded']);
    expect(changesOf([{ set: { u: 't || v' } }], undefined, event)).toEqual(['steps.1 set UnchangedFieldNeeded']);
    expect(changesOf([{ json: { field: 't' } }], undefined, event)).toEqual(['steps.1 json UnchangedFieldNeeded']);
    expect(changesOf([{ set: { id: 'v' } }], undefined, envelope({ op: 'd' }))).toEqual(['steps.1 set KeyNotKnown']);
  });

  it('remove a row that a filter lets through no more', () => {
    const filtered = (op: string, more: object = {}) =>
      envelope({ op, after: { id: 1, v: 0 }, key: { id: 1 }, ...more });
    const steps: readonly Step[] = [{ filter: 'v > 0' }];
    expect(changesOf(steps, undefined, filtered('u'))).toMatchObject([{ kind: 'remove', key: { id: 1 } }]);
    const headers = { '__debezium.oldkey': { id: 7 } };
    expect(changesOf(steps, undefined, filtered('c', { headers }))).toMatchObject([{ kind: 'remove', key: { id: 7 } }]);
    expect(changesOf(steps, undefined, filtered('r'), filtered('c', { key: null }))).toEqual([]);
    expect(changesOf(steps, undefined, tombstone({ id: 1 }))).toMatchObject([{ kind: 'remove' }]);
  });

  it('carry the schema of the fields that are still what they were', () => {
    const fields = ['id', 'a', 'b', 'c'].map((field) => ({ field, type: 'int32' }));
    const steps: readonly Step[] = [{ rename: { a: 'x' } }, { set: { b: '1' } }, { drop: ['c'] }];
    const { changes } = pipelineOf({ message, steps }).run([envelope({ after: { id: 1, a: 2, b: 3, c: 4 }, fields })]);
    expect(changes).toMatchObject([{ schema: [{ name: 'id' }, { name: 'x' }] }]);
    const mapped = pipelineOf({ message, columns: { key: 'id', sum: 'a + b' } }).run([
      envelope({ after: { id: 1 }, fields }),
    ]);
    expect(mapped.changes).toMatchObject([{ schema: [{ name: 'key', type: 'int32' }] }]);
  });
});
