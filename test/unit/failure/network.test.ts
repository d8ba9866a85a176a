import { certificateFinding, type SocketError, unreachable } from '../../../lib/failure/network.ts';

const FIXES = {
  CaNotTrusted: 'ca',
  HostNotInCertificate: 'host',
  CertificateExpired: 'renew',
  MissingClientCertificate: 'name one',
  ClientCertificateRefused: 'another one',
};
const found = (error: Partial<SocketError>, showedCertificate = false) =>
  certificateFinding({ code: '', message: '', ...error }, { name: 'db.example.com', showedCertificate }, FIXES);

test.each([
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'CaNotTrusted', 'ca'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'HostNotInCertificate', 'host'],
  ['CERT_NOT_YET_VALID', 'CertificateExpired', 'renew'],
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'MissingClientCertificate', 'name one'],
])('%s is %s', (code, fault, fix) => {
  expect(found({ code })).toEqual({ code: fault, fix, message: expect.stringContaining('db.example.com') });
});

test('a certificate that was shown and refused is another thing than one that is missing', () => {
  expect(found({ code: 'ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN' }, true)).toEqual({
    code: 'ClientCertificateRefused',
    message: "db.example.com refused the client's certificate (ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN)",
    fix: 'another one',
  });
});

test.each([
  [
    'error:05800074:x509 certificate routines::key values mismatch',
    ' (x509 certificate routines::key values mismatch)',
  ],
  ['Failed: error:0480006C:PEM routines::no start line', ' (PEM routines::no start line)'],
  ['bad decrypt', ''],
])('a key that cannot be used: %s', (message, said) => {
  expect(found({ message })?.message).toBe(`the client's certificate and key cannot be used${said}`);
});

test('what is about something else is no finding', () => {
  expect(found({ code: 'ECONNRESET', message: 'read ECONNRESET' })).toBeUndefined();
  expect(unreachable('ECONNRESET')).toBeUndefined();
  expect(unreachable('EADDRNOTAVAIL')).toBe('no route');
});
