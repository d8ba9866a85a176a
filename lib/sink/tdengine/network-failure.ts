import { SluiceError } from '../../failure/index.ts';
import type { TdengineEndpoint } from './endpoint.ts';

const UNTRUSTED = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_SIGNATURE_FAILURE',
]);
const UNREACHABLE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ETIMEDOUT: 'no answer',
  EHOSTUNREACH: 'no route',
  ENETUNREACH: 'no route',
};

/** What a connection that did not come about, or broke, means. The error itself names no token: requests' URLs are not in it. */
export function networkFailure(error: unknown, { origin, tls }: TdengineEndpoint): SluiceError {
  const code = String((error as { code?: unknown } | undefined)?.code ?? '');
  const message = error instanceof Error ? error.message : '';
  const fail = (name: string, what: string, fix: string, retryable: boolean) =>
    new SluiceError(name, what, { stage: 'sink', fix, retryable, cause: error });
  if (UNTRUSTED.has(code)) {
    return fail(
      'CaNotTrusted',
      `the certificate of ${origin} is signed by a CA that is not trusted (${code})`,
      tls.ca === undefined
        ? "Name the server's CA in the connection: `ca: <secret with the CA's PEM>`."
        : 'The secret in `ca` holds another CA: put the one there that signed the certificate of the server.',
      false,
    );
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return fail(
      'HostNotInCertificate',
      `the certificate of ${origin} is not made out for that host`,
      'Use the host name that the certificate carries in `url`.',
      false,
    );
  }
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    return fail(
      'CertificateExpired',
      `the certificate of ${origin}, or of its CA, is out of its time (${code})`,
      'Renew the certificate of the server; if its CA was renewed, put the new one into the secret in `ca`.',
      false,
    );
  }
  if (/ALERT_(BAD_CERTIFICATE|CERTIFICATE|UNKNOWN_CA|HANDSHAKE_FAILURE)|CERTIFICATE_REQUIRED/.test(code)) {
    return fail(
      'ClientCertificateRefused',
      `${origin} ${tls.certificate === undefined ? 'asks for a client certificate and got none' : "refused the client's certificate"} (${code})`,
      'Name a secret with `{certificate, privateKey}` in `clientCertificate`, signed by a CA that the server trusts.',
      false,
    );
  }
  if (code === 'EPROTO' || code === 'ERR_SSL_WRONG_VERSION_NUMBER' || /wrong version number/i.test(message)) {
    return fail(
      'TlsNotSpoken',
      `${origin} does not speak TLS on that port`,
      'Write `http://` in `url`, or the port of a listener with TLS.',
      false,
    );
  }
  if (/PEM routines|x509 certificate routines|bad decrypt|DECODER routines|asn1|key values mismatch/i.test(message)) {
    return fail(
      'BadClientCertificate',
      "the client's certificate and key cannot be used",
      'The secret must hold `certificate` and its own `privateKey`, both PEM with their line breaks, and `privateKeyPassword` if the key has one.',
      false,
    );
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return fail(
      'ServerNameUnknown',
      `no address is known for ${origin} (${code})`,
      'Check the spelling in `url`; a private name resolves only inside its VPC, with DNS resolution switched on.',
      code === 'EAI_AGAIN',
    );
  }
  const why = UNREACHABLE[code];
  if (why !== undefined) {
    return fail(
      'ServerUnreachable',
      `TDengine at ${origin} cannot be reached (${why})`,
      'Is taosadapter running (port 6041), and is `url` right? A private address needs `vpc` in the rule, with a security group that lets the port in.',
      true,
    );
  }
  return fail(
    'ConnectionClosed',
    `TDengine at ${origin} closed the connection${code === '' ? '' : ` (${code})`}`,
    'If it is not restarting: look at the log of taosadapter, and at what stands between (a proxy, a load balancer).',
    true,
  );
}
