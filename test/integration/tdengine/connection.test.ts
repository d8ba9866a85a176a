/** Signing in, TLS, what cannot be reached, and what a check says of it all. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createTdengineTarget } from '../../../lib/sink/tdengine/target.ts';
import { ensureCertificates } from '../../../local/certificates.ts';
import { failureOf } from '../../support/failure.ts';
import { openSession, type Session } from '../../support/tdengine/session.ts';
import { ruleOf, secretsOf, sliceOf, targetInto } from '../../support/tdengine/target.ts';

const CREATE = { database: { precision: 'ms' }, columns: { voltage: 'INT' }, tags: { id: 'BIGINT' } };
const into = (database: string) => ({
  target: { connection: 'plant', database, superTable: 'meters' },
  create: CREATE,
  columns: { voltage: 'voltage' },
});
const ROW = sliceOf([{ id: 1, voltage: 219 }]);

describe('signing in', () => {
  let session: Session;
  beforeAll(async () => {
    session = await openSession();
  });
  afterAll(() => session.close());

  test('a wrong password is told, without it', async () => {
    const target = targetInto({ ...session, password: 'not-the-password' }, into(session.database()));
    const failure = await failureOf(target.apply(ROW));
    expect(failure).toMatchObject({ code: 'LoginRefused', retryable: false });
    expect(`${failure.message} ${failure.fix}`).not.toContain('not-the-password');
  });

  test('a check says that everything is well, and what will be made', async () => {
    const database = session.database();
    const target = targetInto(session, into(database));
    const before = await target.check();
    expect(before.map(({ name, state }) => [name, state])).toEqual([
      ['tdengine plant', 'ok'],
      [`rights on ${database}`, 'ok'],
      [`database ${database}`, 'ok'],
      ['super table meters', 'ok'],
    ]);
    expect(before.at(-1)?.detail).toMatch(/will be made: CREATE STABLE IF NOT EXISTS `meters`/);
    await target.apply(ROW);
    const after = await target.check();
    expect(after.at(-1)?.detail).toBe('meters has 3 columns and 1 tags');
  });

  test('a check tells another precision, a missing key column, a missing database and column', async () => {
    const database = session.database();
    await session.rows(`create database ${database} precision 'us' keep 3650`);
    await session.rows('create stable `meters` (`ts` timestamp, `voltage` int) tags (`id` bigint)', database);
    const [, , precision, key] = await targetInto(session, into(database)).check();
    expect(precision).toMatchObject({
      state: 'warning',
      detail: expect.stringMatching(/is in us, rows stay 3650 days; the rule asks for ms/),
    });
    expect(key).toMatchObject({
      state: 'warning',
      detail: expect.stringMatching(/of rows of one sub-table with the same ts only the last stays/),
    });
    const { create: _, ...without } = into(session.database());
    const [, , missing, skipped] = await targetInto(session, without).check();
    expect(missing).toMatchObject({ state: 'failed', detail: expect.stringMatching(/there is no database/) });
    expect(skipped).toMatchObject({ state: 'failed' });
    const wanting = { ...into(database), columns: { voltage: 'voltage', power: 'power' } };
    expect((await targetInto(session, wanting).check()).at(-1)).toMatchObject({
      state: 'failed',
      detail: expect.stringMatching(/no column power \(it has voltage\)/),
    });
  });

  test('the preview shows what would be made and sent, and sends nothing', async () => {
    const database = session.database();
    const shown = await targetInto(session, into(database)).statements(ROW.changes);
    expect(shown).toEqual([
      `CREATE DATABASE IF NOT EXISTS \`${database}\` PRECISION 'ms'`,
      'CREATE STABLE IF NOT EXISTS `meters` (`ts` TIMESTAMP, `sluice_pos` VARCHAR(255) PRIMARY KEY, `voltage` INT) TAGS (`id` BIGINT)',
      "INSERT INTO `t_1` USING `meters` (`id`) TAGS (1) (`ts`,`sluice_pos`,`voltage`) VALUES (1720000000000,'tp1-0-0.0',219)",
    ]);
    expect((await session.ask('describe `meters`', database)).code).not.toBe(0);
  });
});

describe('what only a stand-in does when it is asked', () => {
  test('a token signs in, and stands in no error', async () => {
    const token = 'cloud-token-1234';
    const session = await openSession({ tokens: [token] });
    const connection = { url: session.url, auth: 'token' as const, secret: 's' };
    const open = (given: string) =>
      createTdengineTarget(
        { rule: ruleOf(into(session.database())), connection },
        { secrets: secretsOf({ token: given }), clock: Date.now },
      );
    const good = open(token);
    expect((await good.apply(ROW)).written).toBe(1);
    await good.close();
    const failure = await failureOf(open('another-token-99').apply(ROW));
    expect(failure).toMatchObject({ code: 'LoginRefused', message: expect.stringMatching(/refused the token/) });
    await session.close();
    const gone = await failureOf(open(token).apply(ROW));
    expect(gone).toMatchObject({ code: 'ServerUnreachable', retryable: true });
    for (const { message, fix, cause } of [failure, gone]) {
      expect(`${message} ${fix} ${JSON.stringify(cause)} ${String(cause)}`).not.toMatch(/token-1234|token-99/);
    }
  });

  test('rights that are missing are told, by a check before and by the write', async () => {
    const accounts = { guest: { password: 'guest', rights: 'read' as const } };
    const session = await openSession({ accounts });
    const target = targetInto({ ...session, username: 'guest', password: 'guest' }, into('power'));
    expect((await target.check())[1]).toMatchObject({ state: 'failed', fix: expect.stringMatching(/^GRANT WRITE/) });
    expect(await failureOf(target.apply(ROW))).toMatchObject({ code: 'NoRights', retryable: false });
    await session.close();
  });

  test('a server without composite keys is told before a table is made', async () => {
    const session = await openSession({ version: '3.2.3.0' });
    const target = targetInto(session, into('power'));
    expect(await failureOf(target.apply(ROW))).toMatchObject({ code: 'VersionTooOld' });
    expect((await target.check())[0]).toMatchObject({ state: 'failed', detail: expect.stringMatching(/3\.2\.3\.0/) });
    expect(session.standIn?.requests.some(({ sql }) => /^create/i.test(sql))).toBe(false);
    await session.close();
  });

  test('statements are compressed where they are worth it', async () => {
    const session = await openSession({});
    const target = targetInto(session, into('power'));
    await target.apply(sliceOf(Array.from({ length: 500 }, () => ({ id: 1, voltage: 219 }))));
    const insert = session.standIn?.requests.find(({ sql }) => sql.startsWith('INSERT'));
    expect(insert?.bytes).toBeLessThan((insert?.sql.length ?? 0) / 3);
    await session.close();
  });

  test.each([1, 2])('an answer that is lost %d times: the row is there once', async (times) => {
    let left = times;
    const session = await openSession({
      mishap: (sql) => (sql.startsWith('INSERT') && left-- > 0 ? 'lost' : undefined),
    });
    const target = targetInto(session, into('power'));
    // A connection that was used before may just have been let go by the server: one loss is not told.
    if (times > 1)
      expect(await failureOf(target.apply(ROW))).toMatchObject({ code: 'ConnectionClosed', retryable: true });
    expect((await target.apply(ROW)).written).toBe(1);
    expect(await session.rows('select count(*) from `meters`', 'power')).toEqual([[1]]);
    await session.close();
  });

  test('a busy server is retryable; one that is something else is told', async () => {
    const session = await openSession({ mishap: () => ({ code: 0x090c, desc: 'Sync leader is unreachable' }) });
    expect(await failureOf(targetInto(session, into('power')).apply(ROW))).toMatchObject({
      code: 'ServerNotReady',
      retryable: true,
    });
    await session.close();
    const other = createServer((_, response) => response.writeHead(404).end('no'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    expect(await failureOf(targetInto({ ...session, url }, into('power')).apply(ROW))).toMatchObject({
      code: 'NotTdengine',
    });
    other.closeAllConnections();
    await new Promise((resolve) => other.close(resolve));
  });
});

describe('TLS', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'sluice-tdengine-'));
  const pem = (name: string) => readFileSync(path.join(folder, 'certificates', name), 'utf8');
  let session: Session;
  beforeAll(async () => {
    await ensureCertificates(path.join(folder, 'certificates'));
    session = await openSession({
      tls: {
        key: pem('server.key'),
        cert: pem('server.pem'),
        ca: pem('ca.pem'),
        requestCert: true,
        rejectUnauthorized: true,
      },
    });
  });
  afterAll(async () => {
    await session.close();
    rmSync(folder, { recursive: true });
  });

  const open = (secrets: Readonly<Record<string, string>>, connection: object) =>
    createTdengineTarget(
      { rule: ruleOf(into('power')), connection: { url: session.url, auth: 'basic', secret: 's', ...connection } },
      {
        secrets: {
          text: async (name) => secrets[name] ?? '',
          fields: async (name) =>
            (name === 'client'
              ? { certificate: pem('client.pem'), privateKey: pem('client.key') }
              : { username: 'root', password: 'taosdata' }) as never,
        },
        clock: Date.now,
      },
    );

  test('with the CA and a client certificate it works', async () => {
    const target = open({ ca: pem('ca.pem') }, { ca: 'ca', clientCertificate: 'client' });
    expect((await target.apply(ROW)).written).toBe(1);
    await target.close();
  });

  test('without them it is told what is missing', async () => {
    expect(await failureOf(open({}, {}).apply(ROW))).toMatchObject({ code: 'CaNotTrusted' });
    const noCertificate = await failureOf(open({ ca: pem('ca.pem') }, { ca: 'ca' }).apply(ROW));
    expect(noCertificate.code).toBe('MissingClientCertificate');
    const plain = open({}, { url: session.url.replace('https', 'http') });
    expect(await failureOf(plain.apply(ROW))).toMatchObject({ code: 'ConnectionClosed' });
    expect(await failureOf(open({ ca: 'no PEM' }, { ca: 'ca' }).apply(ROW))).toMatchObject({ code: 'BadSecret' });
  });
});
