import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import net, { type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { PostgresConnection } from '../../../lib/sink/postgres/connection.ts';
import type { PostgresEndpoint } from '../../../lib/sink/postgres/endpoint.ts';
import { failureOf } from '../../support/failure.ts';
import { endpointOf, put, ScratchSchema, sliceOf } from '../../support/postgres/schema.ts';
import { describeWith, ownPostgres } from '../../support/stack.ts';

const stack = ownPostgres('postgres-connection-test', 7000);
const run = promisify(execFile);

// Gated by the shared server: what its own needs of this machine is the same.
describeWith('postgres', 'a server that one cannot reach, enter or use', () => {
  let endpoint: PostgresEndpoint;
  let admin: PostgresConnection;
  let folder: string;
  const connections: PostgresConnection[] = [];

  const open = (changes: Partial<PostgresEndpoint> = {}, options: { connectTimeoutMs?: number } = {}) => {
    const connection = new PostgresConnection({
      endpoint: { ...endpoint, ...changes },
      table: '"public"."t"',
      applicationName: 'sluice test',
      ...options,
    });
    connections.push(connection);
    return connection;
  };
  const failing = (changes: Partial<PostgresEndpoint> = {}) =>
    failureOf(open(changes).run((session) => session.query('SELECT 1')));
  const sql = async (text: string) => (await admin.run((session) => session.query(text))).rows;
  const setting = async (name: string) => String(Object.values((await sql(`SHOW ${name}`))[0]!)[0]);
  const reload = async () => {
    const [before] = await sql('SELECT pg_conf_load_time()::text AS at');
    await sql('SELECT pg_reload_conf()');
    // The server answers before it has read the files.
    for (;;) {
      const [after] = await sql('SELECT pg_conf_load_time()::text AS at');
      if (after!['at'] !== before!['at']) return;
    }
  };
  const hba = async (lines: string) => {
    await writeFile(await setting('hba_file'), `${lines}\nhost all sluice 127.0.0.1/32 scram-sha-256\n`);
    await reload();
  };

  beforeAll(async () => {
    const { endpoints } = await stack.up(['postgres']);
    endpoint = endpointOf(endpoints.postgres!.url);
    admin = open();
    folder = await mkdtemp(path.join(os.tmpdir(), 'sluice-tls-'));
    await sql("CREATE ROLE guest LOGIN PASSWORD 'guest-password'");
  });
  afterAll(async () => {
    await Promise.all(connections.map((connection) => connection.close()));
    await rm(folder, { recursive: true, force: true });
    await stack.down();
  });

  test('no line in pg_hba.conf: which one to add, or TLS', async () => {
    await hba('');
    const failure = await failing({ username: 'guest', password: async () => 'guest-password' });
    expect(failure).toMatchObject({ code: 'NoHbaEntry', retryable: false });
    expect(failure.message).toContain('user guest, database postgres from 127.0.0.1 without TLS');
    expect(failure.fix).toContain('`host postgres guest 127.0.0.1/32 scram-sha-256`');
    expect(failure.fix).toContain('`tls: verify-full`');
    // What it says helps.
    await hba('host postgres guest 127.0.0.1/32 scram-sha-256');
    await open({ username: 'guest', password: async () => 'guest-password' }).run((session) =>
      session.query('SELECT 1'),
    );
  });

  test.each<readonly [string, () => Partial<PostgresEndpoint>, string, boolean, string]>([
    [
      'a wrong password',
      () => ({ password: async () => 'wrong' }),
      'WrongPassword',
      false,
      "in the connection's secret",
    ],
    ['no such database', () => ({ database: 'nowhere' }), 'NoSuchDatabase', false, 'Check `database`'],
    ['a port where nothing listens', () => ({ port: 1 }), 'ServerUnreachable', true, 'is `port` right'],
    ['a name without address', () => ({ host: 'no-such-host.invalid' }), 'HostUnknown', false, 'spelling of `host`'],
    ['a server without TLS', () => ({ tls: { verify: true } }), 'TlsNotSpoken', false, '`tls: disable`'],
  ])('%s', async (_what, changes, code, retryable, fix) => {
    const failure = await failing(changes());
    expect(failure).toMatchObject({ code, retryable, stage: 'sink', fix: expect.stringContaining(fix) });
    expect(JSON.stringify([failure.message, failure.fix])).not.toContain('wrong');
  });

  test.each([
    ['a user who may not log in', 'ALTER ROLE guest NOLOGIN', 'ALTER ROLE guest LOGIN', 'LoginDenied'],
    [
      'a database that the user may not connect to',
      'REVOKE CONNECT ON DATABASE postgres FROM public',
      'GRANT CONNECT ON DATABASE postgres TO guest',
      'ConnectDenied',
    ],
  ])('%s: the statement that mends it', async (_what, breaks, mends, code) => {
    const guest = { username: 'guest', password: async () => 'guest-password' };
    await hba('host all guest 127.0.0.1/32 scram-sha-256');
    await sql(breaks);
    expect(await failing(guest)).toMatchObject({
      code,
      retryable: false,
      fix: expect.stringContaining(`Run ${mends}`),
    });
    await sql(mends);
    await open(guest).run((session) => session.query('SELECT 1'));
  });

  test('an address that does not answer, as from inside of a VPC: what has to let it through', async () => {
    // It reads, or it would not notice that the other end is gone.
    const silent = net.createServer((socket) => socket.resume());
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = silent.address() as AddressInfo;
      const failure = await failureOf(
        open({ port }, { connectTimeoutMs: 200 }).run((session) => session.query('SELECT 1')),
      );
      expect(failure).toMatchObject({ code: 'ServerSilent', retryable: true });
      expect(failure.fix).toContain(`security group must let port ${port} in`);
      expect(failure.fix).toContain('NAT gateway');
    } finally {
      await new Promise((resolve) => silent.close(resolve));
    }
  });

  test('too many connections: of a user, and of the server', async () => {
    const guest = { username: 'guest', password: async () => 'guest-password' };
    const tooMany = { code: 'TooManyConnections', retryable: true, fix: expect.stringContaining('max_connections') };
    await hba('host all guest 127.0.0.1/32 scram-sha-256');
    await sql('ALTER ROLE guest CONNECTION LIMIT 0');
    expect(await failing(guest)).toMatchObject(tooMany);
    await sql('ALTER ROLE guest CONNECTION LIMIT -1');
    const most = Number(await setting('max_connections')) - Number(await setting('superuser_reserved_connections'));
    const held = Array.from({ length: most }, () => open(guest));
    const outcomes = await Promise.allSettled(held.map((each) => each.run((session) => session.query('SELECT 1'))));
    const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    expect(refused.length).toBeGreaterThan(0);
    for (const failure of refused) expect(failure).toMatchObject(tooMany);
    await Promise.all(held.map((each) => each.close()));
  });

  test('TLS: a CA that is not trusted, the right one, another host, a client certificate', async () => {
    const file = (name: string) => path.join(folder, name);
    const pem = (name: string) => readFile(file(name), 'utf8');
    const days = ['-days', '1', '-nodes'];
    await run('openssl', [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      ...days,
      '-keyout',
      file('ca.key'),
      '-out',
      file('ca.pem'),
      '-subj',
      '/CN=ca',
    ]);
    for (const [name, subject, extension] of [
      ['server', '/CN=localhost', 'subjectAltName=DNS:localhost'],
      ['client', '/CN=guest', 'subjectAltName=DNS:guest'],
    ] as const) {
      await run('openssl', [
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        ...days,
        '-CA',
        file('ca.pem'),
        '-CAkey',
        file('ca.key'),
        '-keyout',
        file(`${name}.key`),
        '-out',
        file(`${name}.pem`),
        '-subj',
        subject,
        '-addext',
        extension,
      ]);
    }
    const data = await setting('data_directory');
    for (const name of ['server.key', 'server.pem', 'ca.pem']) await sql(copied(data, name, await pem(name)));
    await sql(`ALTER SYSTEM SET ssl_cert_file = '${data}/server.pem'`);
    await sql(`ALTER SYSTEM SET ssl_key_file = '${data}/server.key'`);
    await sql(`ALTER SYSTEM SET ssl_ca_file = '${data}/ca.pem'`);
    await sql('ALTER SYSTEM SET ssl = on');
    await hba('hostssl all guest 127.0.0.1/32 cert');
    const ca = await pem('ca.pem');
    const local = { host: 'localhost', username: 'sluice' };

    expect(await failing({ ...local, tls: { verify: true } })).toMatchObject({ code: 'CaNotTrusted' });
    expect(await failing({ host: '127.0.0.1', tls: { verify: true, ca } })).toMatchObject({
      code: 'HostNotInCertificate',
    });
    await open({ ...local, tls: { verify: true, ca } }).run((session) => session.query('SELECT 1'));
    await open({ ...local, tls: { verify: false } }).run((session) => session.query('SELECT 1'));
    const client = { certificate: await pem('client.pem'), privateKey: await pem('client.key') };
    const guest = { ...local, username: 'guest', password: async () => '' };
    await open({ ...guest, tls: { verify: true, ca, client } }).run((session) => session.query('SELECT 1'));
    expect(await failing({ ...guest, tls: { verify: true, ca } })).toMatchObject({ retryable: false });
  });

  test('a connection that is lost is made again, and nothing is doubled', async () => {
    const schema = new ScratchSchema(`postgres://sluice:sluice-password@127.0.0.1:${endpoint.port}/postgres`);
    await schema.create(`CREATE TABLE ${schema.name}.t (id int)`);
    const target = schema.target();
    const kill = () =>
      sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'sluice test' AND pid <> pg_backend_pid()",
      );
    for (let i = 0; i < 20; i++) {
      const slice = sliceOf([put(i, { id: i })]);
      for (let done = false; !done; ) {
        const work = target.apply(slice).then(
          () => true,
          (error: { readonly retryable?: boolean }) => {
            expect(error.retryable).toBe(true);
            return false;
          },
        );
        if (i % 3 === 0) await kill();
        done = await work;
      }
    }
    expect(await schema.sql('SELECT count(*)::int AS n, count(DISTINCT id)::int AS ids FROM %.t')).toEqual([
      { n: 20, ids: 20 },
    ]);
    await schema.drop().catch(() => undefined);
  });
});

/** Writes a file as the server's own user, who alone may read its key. */
function copied(folder: string, name: string, text: string): string {
  const rows = text
    .trimEnd()
    .split('\n')
    .map((line) => `('${line}')`);
  return `COPY (VALUES ${rows.join(', ')}) TO PROGRAM 'umask 077 && cat > ${folder}/${name}'`;
}
