import { RowFault } from '../../../../lib/sink/row-fault.ts';
import type { TdengineEndpoint } from '../../../../lib/sink/tdengine/endpoint.ts';
import { locate } from '../../../../lib/sink/tdengine/locate.ts';
import { networkFailure } from '../../../../lib/sink/tdengine/network-failure.ts';
import { httpFailure, serverFailure } from '../../../../lib/sink/tdengine/server-failure.ts';
import { StatementBuffer } from '../../../../lib/sink/tdengine/statement-buffer.ts';

const ENDPOINT: TdengineEndpoint = {
  origin: 'https://td.example.com:6041',
  auth: { kind: 'token', token: 'tok-secret' },
  tls: {},
};

test.each([
  [855, 'Authentication failure', { code: 'LoginRefused', retryable: false }],
  [849, 'Invalid user', { code: 'LoginRefused' }],
  [771, 'Insufficient privilege for operation', { code: 'NoRights' }],
  [9796, 'Permission denied', { code: 'NoRights' }],
  [904, 'Database not exist', { code: 'MissingDatabase' }],
  [9731, 'Table does not exist', { code: 'MissingTable' }],
  [9730, 'Invalid column name: power', { code: 'MissingColumn', column: 'power' }],
  [0x0b, 'Unable to establish connection', { code: 'ServerNotReady', retryable: true }],
  [0x90c, 'Sync leader is unreachable', { code: 'ServerNotReady', retryable: true }],
  [0x130, 'Database is starting up', { code: 'ServerNotReady', retryable: true }],
  [12_345, "something about 'a value'", { code: 'StatementRefused', retryable: false }],
])('%d, %s', (code, desc, expected) => {
  const failure = serverFailure(code, desc, ENDPOINT);
  expect(failure).toMatchObject(expected);
  expect(failure).not.toBeInstanceOf(RowFault);
  expect(failure.fix).toBeTruthy();
  expect(failure.message).not.toContain('a value');
});

test.each([
  [9811, 'Value too long for column/tag: message', 'ValueTooLong'],
  [1547, 'Timestamp data out of range', 'TimestampOutOfKeep'],
  [1565, 'Table already exists in other stables', 'ForeignTable'],
  [534, "syntax error near 'abc' (invalid int data)", 'TypeMismatch'],
  [534, "syntax error near '1e-310)' (illegal float data)", 'NotANumber'],
  [534, "syntax error near 'null, 1)' (Primary timestamp column should not be null)", 'NullTimestamp'],
  [537, 'SQL statement too long', 'ValueTooLong'],
])('%d, %s: a fault of a row', (code, desc, name) => {
  const failure = serverFailure(code, desc, ENDPOINT);
  expect(failure).toBeInstanceOf(RowFault);
  expect(failure).toMatchObject({ code: name, row: undefined, sqlState: `0x${code.toString(16).padStart(4, '0')}` });
  expect(failure.message).not.toMatch(/abc|1e-310/);
});

test.each([
  [401, 4357, 'LoginRefused', false],
  [403, undefined, 'LoginRefused', false],
  [503, undefined, 'ServerNotReady', true],
  [429, undefined, 'ServerNotReady', true],
  [404, undefined, 'NotTdengine', false],
  [200, undefined, 'NotTdengine', false],
])('HTTP %d', (status, code, name, retryable) => {
  const failure = httpFailure(status, code, ENDPOINT);
  expect(failure).toMatchObject({ code: name, retryable });
  expect(`${failure.message}${failure.fix}`).not.toContain('tok-secret');
});

test.each([
  ['ECONNREFUSED', 'ServerUnreachable', true],
  ['ETIMEDOUT', 'ServerUnreachable', true],
  ['ENOTFOUND', 'ServerNameUnknown', false],
  ['ECONNRESET', 'ConnectionClosed', true],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'CaNotTrusted', false],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'HostNotInCertificate', false],
  ['CERT_HAS_EXPIRED', 'CertificateExpired', false],
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'MissingClientCertificate', false],
  ['EPROTO', 'TlsNotSpoken', false],
])('%s', (code, name, retryable) => {
  const failure = networkFailure(Object.assign(new Error('x'), { code }), ENDPOINT);
  expect(failure).toMatchObject({ code: name, retryable, fix: expect.stringMatching(/./) });
});

describe('which row the server means by what it quotes', () => {
  const statement = "INSERT INTO `t` USING `m` (`id`) TAGS (1) (`ts`,`v`,`N`) VALUES (1,2,'机') (2,3e9,'X') (3,2,'x')";
  const out = new StatementBuffer(16);
  out.utf8(statement);
  const ends = [...statement.matchAll(/\) \(|\)$/g)]
    .slice(-3)
    .map(({ index }) => Buffer.byteLength(statement.slice(0, index + 1)));

  test.each([
    ["3e9,'X') (3,2,'x')", 1],
    ["'机') (2,3e9,'X') (3,2,'x')", 0],
    ["2,'x')", 2],
    ['not in it', undefined],
    ["'x')", undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%s', (near, row) => expect(locate(near, out, Int32Array.from(ends))).toBe(row));
});
