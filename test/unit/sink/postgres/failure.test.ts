import { postgresFailure } from '../../../../lib/sink/postgres/failure.ts';
import type { PostgresPlace } from '../../../../lib/sink/postgres/finding.ts';
import { RowFault } from '../../../../lib/sink/row-fault.ts';

const PLACE: PostgresPlace = {
  host: 'db.example.com',
  port: 5432,
  database: 'ops',
  username: 'sluice',
  passwordFrom: 'secret',
  table: '"public"."t"',
};
const server = (code: string, message: string, rest: object = {}) =>
  Object.assign(new Error(message), { severity: 'ERROR', code, ...rest });
const system = (code: string, message = code) => Object.assign(new Error(message), { code });

describe('a connection that does not come about says what to do', () => {
  test.each<readonly [string, Error, string, boolean, string]>([
    [
      'no line in pg_hba.conf, before 14',
      server('28000', 'no pg_hba.conf entry for host "10.1.2.3", user "sluice", database "ops", SSL off'),
      'NoHbaEntry',
      false,
      'Set `tls: verify-full` (or `require`) in the connection: servers often have lines for TLS only (RDS with rds.force_ssl). Or, on the server, add a line such as `host ops sluice 10.1.2.3/32 scram-sha-256` and SELECT pg_reload_conf(); of a managed server, add 10.1.2.3 to its list of allowed addresses.',
    ],
    [
      'no line in pg_hba.conf, with TLS',
      server('28000', 'no pg_hba.conf entry for host "fe80::1", user "u", database "d", SSL encryption'),
      'NoHbaEntry',
      false,
      'On the server, add a line such as `hostssl d u fe80::1/128 scram-sha-256` and SELECT pg_reload_conf(); of a managed server, add fe80::1 to its list of allowed addresses.',
    ],
    [
      'a line that rejects',
      server('28000', 'pg_hba.conf rejects connection for host "1.2.3.4", user "u", database "d", no encryption'),
      'HbaRejects',
      false,
      'host d u 1.2.3.4/32',
    ],
    [
      'a wrong password',
      server('28P01', 'password authentication failed for user "sluice"'),
      'WrongPassword',
      false,
      "the connection's secret",
    ],
    ['no such user', server('28000', 'role "sluice" does not exist'), 'NoSuchUser', false, 'CREATE ROLE'],
    ['no such database', server('3D000', 'database "ops" does not exist'), 'NoSuchDatabase', false, '`database`'],
    [
      'too many connections',
      server('53300', 'sorry, too many clients already'),
      'TooManyConnections',
      true,
      'RDS Proxy',
    ],
    ['starting', server('57P03', 'the database system is starting up'), 'ServerShutdown', true, ''],
    ['no address', system('ENOTFOUND'), 'HostUnknown', false, 'spelling'],
    ['no address just now', system('EAI_AGAIN'), 'HostUnknown', true, 'VPC'],
    ['nothing listens', system('ECONNREFUSED'), 'ServerUnreachable', true, '`port`'],
    ['no answer', system('ETIMEDOUT'), 'ServerSilent', true, 'security group'],
    ['no answer, as the client says it', new Error('timeout expired'), 'ServerSilent', true, 'NAT gateway'],
    ['several addresses', new AggregateError([system('ECONNREFUSED')]), 'ServerUnreachable', true, ''],
    ['no TLS there', new Error('The server does not support SSL connections'), 'TlsNotSpoken', false, '`tls: disable`'],
    ['a CA of its own', system('SELF_SIGNED_CERT_IN_CHAIN'), 'CaNotTrusted', false, '`ca: '],
    ['another host', system('ERR_TLS_CERT_ALTNAME_INVALID'), 'HostNotInCertificate', false, '`host`'],
    ['out of time', system('CERT_HAS_EXPIRED'), 'CertificateExpired', false, 'Renew'],
    [
      'a client certificate is asked for',
      system('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'),
      'MissingClientCertificate',
      false,
      '`clientCertificate`',
    ],
    ['broken off', new Error('Connection terminated unexpectedly'), 'ConnectionLost', true, ''],
    ['reset', system('ECONNRESET'), 'ConnectionLost', true, ''],
    ['no answer to a statement', new Error('Query read timeout'), 'StatementTimeout', true, 'pg_locks'],
  ])('%s', (_what, error, code, retryable, fix) => {
    const failure = postgresFailure(error, PLACE);
    expect(failure).toMatchObject({ code, retryable, stage: 'sink' });
    expect(failure).not.toBeInstanceOf(RowFault);
    expect(failure.fix).toContain(fix);
    expect(failure.message).toMatch(/db\.example\.com/);
  });

  test('an IAM token that is refused', () => {
    const failure = postgresFailure(server('28P01', 'password authentication failed'), {
      ...PLACE,
      passwordFrom: 'iam',
    });
    expect(failure.fix).toContain('rds_iam');
  });
});

test.each([
  ['40P01', 'Deadlock', true],
  ['40001', 'SerializationFailure', true],
  ['57P01', 'ServerShutdown', true],
  ['08006', 'ConnectionLost', true],
  ['25006', 'ReadOnlyServer', true],
  ['53100', 'DiskFull', true],
  ['42P01', 'MissingTable', false],
  ['42703', 'MissingColumn', false],
  ['42501', 'MissingRight', false],
  ['42P10', 'MissingUniqueKey', false],
  ['XX000', 'PostgresFailed', false],
])('%s is %s, retryable: %s, and lies in no row', (sqlState, code, retryable) => {
  const failure = postgresFailure(server(sqlState, 'said'), PLACE);
  expect(failure).toMatchObject({ code, retryable });
  expect(failure).not.toBeInstanceOf(RowFault);
});

describe('what lies in a row never shows its values', () => {
  test.each([
    ['22P02', 'invalid input syntax for type integer: "secret"', {}, 'InvalidText', '(type integer)'],
    ['22P02', 'invalid input value for enum mood: "secret"', {}, 'InvalidText', '(type mood)'],
    ['22003', 'value "secret" is out of range for type smallint', {}, 'ValueOutOfRange', '(type smallint)'],
    ['22001', 'value too long for type character varying(5)', {}, 'ValueTooLong', '(type character varying(5))'],
    [
      '23505',
      'duplicate key value violates unique constraint "t_pkey"',
      { constraint: 't_pkey', detail: 'Key (id)=(secret) already exists.' },
      'DuplicateKey',
      '(constraint "t_pkey")',
    ],
    [
      '23502',
      'null value in column "a" violates not-null constraint',
      { column: 'a', detail: 'Failing row contains (secret)' },
      'NullRefused',
      'in column "a"',
    ],
    ['23514', 'new row violates check constraint "c"', { constraint: 'c' }, 'CheckViolated', '(constraint "c")'],
    ['P0001', 'no secret here', {}, 'RefusedByTrigger', 'a trigger'],
    ['22012', 'division by zero', {}, 'InvalidValue', '22012'],
  ])('%s: %s', (sqlState, message, rest, code, said) => {
    const failure = postgresFailure(server(sqlState, message, rest), PLACE);
    expect(failure).toBeInstanceOf(RowFault);
    expect(failure).toMatchObject({ code, sqlState, retryable: false, row: undefined });
    expect(failure.message).toContain(said);
    expect(JSON.stringify([failure.message, failure.fix, failure.cause ?? null])).not.toContain('secret');
  });

  test('COPY tells the line and the column', () => {
    const where = 'COPY t, line 17, column status: "secret"';
    const failure = postgresFailure(
      server('22P02', 'invalid input syntax for type integer: "secret"', { where }),
      PLACE,
    );
    expect(failure).toMatchObject({ row: 16 });
    expect(failure.message).toBe('a text is no value of its type in column "status" of type integer (SQLSTATE 22P02)');
  });
});

test('a fault of this program is not taken for one of the network', () => {
  expect(() => postgresFailure(new TypeError('x is undefined'), PLACE)).toThrow(TypeError);
});
