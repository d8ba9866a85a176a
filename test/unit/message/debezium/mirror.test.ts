import type { Message } from '../../../../lib/message/contract.ts';
import type { DebeziumOptions } from '../../../../lib/message/options.ts';
import { createPipeline } from '../../../../lib/message/pipeline.ts';
import { envelope, flat, mysqlSource, postgresSource, rawEvent, tombstone } from '../../../support/debezium/event.ts';
import { shownChange } from '../../../support/debezium/shown.ts';

function run(messages: readonly Message[], debezium: DebeziumOptions = {}) {
  const pipeline = createPipeline({ message: { format: 'debezium', debezium }, steps: [], now: () => 0 });
  const { changes, failures, notices = [], ignored } = pipeline.run(messages);
  return {
    changes: changes.map(shownChange),
    failures: failures.map(({ code, at }) => `${at} ${code}`),
    notices: notices.map(({ code }) => code),
    ignored,
  };
}

const LSN = postgresSource(20, 10);
const ORDER = { order: [10n, 20n] };

describe('the operations of a row', () => {
  it.each([
    ['c', {}],
    ['r', { snapshot: 'whole' }],
    ['u', {}],
  ])('%s puts it', (op, more) => {
    const { changes } = run([envelope({ op, after: { id: 1, v: 'a' }, source: LSN })]);
    expect(changes).toEqual([
      { kind: 'put', row: { id: 1, v: 'a' }, unchanged: [], key: { id: 1 }, ...ORDER, ...more },
    ]);
  });

  it('d removes it by its key, since the rest of `before` is made up; the tombstone behind says nothing new', () => {
    const before = { id: 1, req_text: '', req_int: 0 };
    const { changes, ignored } = run([envelope({ op: 'd', before, source: LSN }), tombstone({ id: 1 })]);
    expect(changes).toEqual([{ kind: 'remove', key: { id: 1 }, ...ORDER }]);
    expect(ignored).toBe(1);
  });

  it('m, a message of the application, is ignored', () => {
    expect(run([envelope({ op: 'm', key: null })])).toMatchObject({ changes: [], failures: [], ignored: 1 });
  });

  it('others are refused', () => {
    const { failures } = run([
      envelope({ op: 'x' }),
      envelope({ op: 'c', after: null }),
      rawEvent('[1]'),
      rawEvent('{'),
    ]);
    expect(failures).toEqual(['parse NotAnEvent', 'parse NotAnEvent', 'parse NotAnEvent', 'parse JSONParsingError']);
  });
});

describe('a changed primary key', () => {
  it('is a remove that tells the later key, and a put that tells the former one', () => {
    const { changes } = run([
      envelope({
        op: 'd',
        before: { id: 3 },
        key: { id: 3 },
        headers: { '__debezium.newkey': { id: 30 } },
        source: LSN,
      }),
      tombstone({ id: 3 }, { headers: { '__debezium.newkey': { id: 30 } } }),
      envelope({
        after: { id: 30, t: '__debezium_unavailable_value' },
        key: { id: 30 },
        headers: { '__debezium.oldkey': { id: 3 } },
        source: LSN,
      }),
    ]);
    expect(changes).toEqual([
      { kind: 'remove', key: { id: 3 }, laterKey: { id: 30 }, ...ORDER },
      { kind: 'put', row: { id: 30 }, unchanged: ['t'], key: { id: 30 }, formerKey: { id: 3 }, ...ORDER },
    ]);
  });

  it('is decoded in the headers by the schema of the key', () => {
    const keyFields = [{ field: 'day', type: 'int32', logical: 'io.debezium.time.Date' }];
    const headers = { '__debezium.oldkey': { day: 1 } };
    const { changes } = run([envelope({ after: {}, key: { day: 0 }, keyFields, headers })]);
    expect(changes).toMatchObject([{ key: { day: '1970-01-01' }, formerKey: { day: '1970-01-02' } }]);
  });
});

describe('a truncate', () => {
  it('has no key and comes through', () => {
    expect(run([envelope({ op: 't', key: null, source: LSN })]).changes).toEqual([{ kind: 'truncate', ...ORDER }]);
  });
});

describe('the order of changes', () => {
  it.each([
    ['the commit before and the place, as numbers', postgresSource(20, 9), [9n, 20n]],
    ['the place twice in a snapshot, which holds all before it', postgresSource(20, null), [20n, 20n]],
    ['the place alone where there is no more', { connector: 'postgresql', lsn: 5 }, [5n]],
    ["MySQL's file, place and row", mysqlSource('binlog.000012', 345, 2), [12n, 345n, 2n]],
    [
      "MySQL's GTID where there is no file",
      { connector: 'mysql', gtid: '3e11fa47-71ca-11e1-9e33-c80aa9429562:23' },
      [23n],
    ],
    ["MariaDB's GTID", { connector: 'mariadb', gtid: '0-1-270' }, [270n]],
  ])('is %s', (_, source, order) => {
    expect(run([envelope({ after: { id: 1 }, source })]).changes).toMatchObject([{ order }]);
  });

  it('may not be told', () => {
    expect(run([envelope({ after: { id: 1 }, source: { connector: 'x' } })]).changes[0]).not.toHaveProperty('order');
  });
});

describe('a table without primary key', () => {
  it('is found by all of its fields, where they are logged', () => {
    const before = { k: 1, v: 'a' };
    const { changes } = run([
      envelope({ op: 'u', key: null, before, after: { k: 1, v: 'b' }, source: LSN }),
      envelope({ op: 'd', key: null, before, source: LSN }),
      tombstone(null),
    ]);
    expect(changes).toEqual([
      { kind: 'put', row: { k: 1, v: 'b' }, unchanged: [], before, ...ORDER },
      { kind: 'remove', key: before, ...ORDER },
    ]);
  });

  it('cannot be followed where they are not', () => {
    const { failures } = run([
      envelope({ op: 'u', key: null, after: { k: 1 } }),
      envelope({ op: 'd', key: null }),
      flat({ k: 1, __op: 'u' }, { key: null }),
    ]);
    expect(failures).toEqual(Array(3).fill('parse RowCannotBeFound'));
  });

  it('has deletes that say nothing at all once they are flattened, and that is told', () => {
    const { changes, notices, ignored } = run([flat({ k: 1, __op: 'c' }, { key: null }), tombstone(null)]);
    expect(changes).toHaveLength(1);
    expect(ignored).toBe(1);
    expect(notices).toEqual(['TruncatesNotSent', 'DeleteWithoutKey']);
  });
});

describe('a column named beyond ASCII', () => {
  it('gets its name back in rows, keys and schemas', () => {
    const broken = '\uffc3\uff9cbung';
    const fields = [{ field: broken, type: 'int32', logical: 'io.debezium.time.Date' }];
    const { changes } = run([
      envelope({ after: { [broken]: 'x' }, key: { [broken]: 1 } }),
      envelope({ after: { [broken]: 0 }, fields }),
    ]);
    expect(changes).toMatchObject([{ row: { Übung: 'x' }, key: { Übung: 1 } }, { row: { Übung: '1970-01-01' } }]);
  });
});

describe('what a mirror cannot know', () => {
  it('is told once: a default in the place of NULL, months in an interval', () => {
    const fields = [
      { field: 'a', type: 'int32', default: 7 },
      { field: 'b', type: 'int32', default: 7, optional: false },
      { field: 'i', type: 'int64', logical: 'io.debezium.time.MicroDuration' },
    ];
    const event = envelope({ after: { a: 7, b: 7, i: 37_091_106_789_000 }, fields });
    const { changes, notices } = run([event, event]);
    expect(notices).toEqual(['DefaultForNull', 'InexactInterval']);
    expect(changes).toMatchObject([{ row: { i: 'PT37091106.789S' } }, {}]);
  });

  it('is an old date in a snapshot, and the offset of a time', () => {
    const fields = [
      { field: 'd', type: 'int32', logical: 'io.debezium.time.Date' },
      { field: 't', type: 'string', logical: 'io.debezium.time.ZonedTime' },
    ];
    const event = (op: string, d: number) => envelope({ op, after: { d, t: '10:00:00Z' }, fields });
    expect(run([event('c', -141_432), event('r', -141_417)]).notices).toEqual(['TimeZoneLost']);
    expect(run([event('r', -141_432), event('r', -735_160)]).notices).toEqual(['TimeZoneLost', 'OldDateInSnapshot']);
    expect(run([envelope({ op: 'r', after: { d: '1582-10-10Z' } })]).notices).toEqual(['OldDateInSnapshot']);
  });

  it('is a numeric that is null in an update, where it may be long enough to lie outside the row', () => {
    const fields = [
      { field: 'v', type: 'struct', logical: 'io.debezium.data.VariableScaleDecimal' },
      {
        field: 'w',
        type: 'bytes',
        logical: 'org.apache.kafka.connect.data.Decimal',
        parameters: { scale: '2', 'connect.decimal.precision': '12' },
      },
      {
        field: 'x',
        type: 'bytes',
        logical: 'org.apache.kafka.connect.data.Decimal',
        parameters: { scale: '2', 'connect.decimal.precision': '900' },
      },
    ];
    const after = { v: null, w: null, x: null };
    const { changes } = run([envelope({ op: 'u', after, fields }), envelope({ op: 'c', after, fields })]);
    expect(changes).toMatchObject([{ uncertain: ['v', 'x'] }, { row: after }]);
    expect(changes[1]).not.toHaveProperty('uncertain');
  });
});

describe('events that were flattened', () => {
  it('tell rows, deletes and their order in fields of their own, which are no columns', () => {
    const { changes } = run([
      flat({ id: 1, v: 'a', __deleted: 'false', __op: 'r', __lsn: 7, __source_ts_ms: 1 }),
      flat({ id: 1, v: '', __deleted: 'true', __op: 'd', __lsn: 8, __source_ts_ms: 1 }),
    ]);
    expect(changes).toEqual([
      { kind: 'put', row: { id: 1, v: 'a' }, unchanged: [], key: { id: 1 }, snapshot: 'whole', order: [7n] },
      { kind: 'remove', key: { id: 1 }, order: [8n] },
    ]);
  });

  it('may tell a delete by its tombstone alone', () => {
    const { changes } = run([flat({ id: 1, v: 'a' }), tombstone({ id: 1 })]);
    expect(changes).toMatchObject([{ kind: 'put' }, { kind: 'remove', key: { id: 1 } }]);
  });

  it('have the prefix that they were given', () => {
    const { changes } = run([flat({ id: 1, 'dbz.op': 'd', __op: 'x' })], { prefix: 'dbz.' });
    expect(changes).toMatchObject([{ kind: 'remove' }]);
  });
});
