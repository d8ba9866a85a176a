/** What only the server finds out, told by answers that a stand-in is ordered to give. */
import { RowFault } from '../../../lib/sink/row-fault.ts';
import { rejected } from '../../support/caught.ts';
import type { Mishap } from '../../support/tdengine/server.ts';
import { openSession, type Session } from '../../support/tdengine/session.ts';
import { sliceOf, targetInto } from '../../support/tdengine/target.ts';

let session: Session;
let refuse: (sql: string) => Mishap | undefined = () => undefined;
beforeAll(async () => {
  session = await openSession({ mishap: (sql) => (sql.startsWith('INSERT') ? refuse(sql) : undefined) });
});
afterAll(() => session.close());

const open = (faults: object = {}) =>
  targetInto(session, {
    target: { connection: 'plant', database: session.database(), superTable: 'meters' },
    create: { database: { precision: 'ms' }, columns: { voltage: 'INT' }, tags: { id: 'INT' } },
    columns: { voltage: 'voltage' },
    faults,
  });
const SLICE = sliceOf([1, 2, 3].map((id) => ({ id, voltage: 200 + id })));
const OUT_OF_KEEP: Mishap = { code: 1547, desc: 'Timestamp data out of range' };

test('a value that the server quotes is found in its row, and not shown', async () => {
  refuse = () => ({ code: 534, desc: "syntax error near '202)' (invalid int data)" });
  const fault = await rejected(open().apply(SLICE));
  expect(fault).toBeInstanceOf(RowFault);
  expect(fault).toMatchObject({
    code: 'TypeMismatch',
    row: 1,
    message: 'the server refused a value: invalid int data',
  });
});

test('a fault that the server does not place is left to be halved', async () => {
  refuse = () => OUT_OF_KEEP;
  const fault = await rejected(open().apply(SLICE));
  expect(fault).toMatchObject({ code: 'TimestampOutOfKeep', row: undefined, sqlState: '0x060b' });
});

test('standing alone, a row that the rule gives up is left out', async () => {
  refuse = (sql) => (sql.includes('`t_2`') ? OUT_OF_KEEP : undefined);
  const target = open({ outOfKeep: 'discard' });
  expect(await rejected(target.apply(SLICE))).toBeInstanceOf(RowFault);
  const [, second] = SLICE.changes;
  expect(await target.apply({ ...SLICE, changes: [second!] })).toMatchObject({ written: 0, discarded: 1 });
});

test('after a fault the table is looked at again, once: another may have changed it', async () => {
  let left = 1;
  refuse = () => (left-- > 0 ? { code: 9811, desc: 'Value too long for column/tag: voltage' } : undefined);
  expect((await open().apply(SLICE)).written).toBe(3);
});

test('what lies in no row ends the batch', async () => {
  refuse = () => ({ code: 0x0391, desc: "no such thing as 'secret'" });
  const failure = await rejected(open().apply(SLICE));
  expect(failure).not.toBeInstanceOf(RowFault);
  expect(failure).toMatchObject({
    code: 'StatementRefused',
    retryable: false,
    message: expect.not.stringContaining('secret'),
  });
});

test('nothing is sent any more once a slice has failed', async () => {
  refuse = (sql) => (sql.includes('`t_0`') ? { code: 0x0130, desc: 'Database is starting up' } : undefined);
  const inserts = () => session.standIn?.requests.filter(({ sql }) => sql.startsWith('INSERT')).length ?? 0;
  const rows = Array.from({ length: 9000 }, (_, i) => ({ id: i % 50, voltage: i }));
  const target = open();
  expect(await rejected(target.apply(sliceOf(rows)))).toMatchObject({ code: 'ServerNotReady', retryable: true });
  const sent = inserts();
  refuse = () => undefined;
  // What was still under way would have arrived before this has been answered.
  await target.apply(SLICE);
  expect(inserts()).toBe(sent + 1);
});
