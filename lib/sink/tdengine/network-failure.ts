import { SluiceError } from '../../failure/index.ts';
import { certificateFinding, isNameUnknown, unreachable } from '../../failure/network.ts';
import type { TdengineEndpoint } from './endpoint.ts';

const CLIENT_CERTIFICATE =
  'Name a secret with `{certificate, privateKey}` in `clientCertificate`, signed by a CA that the server trusts.';

/** What a connection that did not come about, or broke, means. The error itself names no token: requests' URLs are not in it. */
export function networkFailure(error: unknown, { origin, tls }: TdengineEndpoint): SluiceError {
  const code = String((error as { code?: unknown } | undefined)?.code ?? '');
  const message = error instanceof Error ? error.message : '';
  const fail = (name: string, what: string, fix: string, retryable: boolean) =>
    new SluiceError(name, what, { stage: 'sink', fix, retryable, cause: error });
  const certificate = certificateFinding(
    { code, message },
    { name: origin, showedCertificate: tls.certificate !== undefined },
    {
      CaNotTrusted:
        tls.ca === undefined
          ? "Name the server's CA in the connection: `ca: <secret with the CA's PEM>`."
          : 'The secret in `ca` holds another CA: put the one there that signed the certificate of the server.',
      HostNotInCertificate: 'Use the host name that the certificate carries in `url`.',
      CertificateExpired:
        'Renew the certificate of the server; if its CA was renewed, put the new one into the secret in `ca`.',
      MissingClientCertificate: CLIENT_CERTIFICATE,
      ClientCertificateRefused: CLIENT_CERTIFICATE,
    },
  );
  if (certificate !== undefined) return fail(certificate.code, certificate.message, certificate.fix, false);
  if (code === 'EPROTO' || code === 'ERR_SSL_WRONG_VERSION_NUMBER' || /wrong version number/i.test(message)) {
    return fail(
      'TlsNotSpoken',
      `${origin} does not speak TLS on that port`,
      'Write `http://` in `url`, or the port of a listener with TLS.',
      false,
    );
  }
  if (isNameUnknown(code)) {
    return fail(
      'ServerNameUnknown',
      `no address is known for ${origin} (${code})`,
      'Check the spelling in `url`; a private name resolves only inside its VPC, with DNS resolution switched on.',
      code === 'EAI_AGAIN',
    );
  }
  const why = unreachable(code);
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
