import { certificateFinding, isNameUnknown, unreachable } from '../../failure/network.ts';
import { type ErrorTraits, type Finding, type PostgresPlace, placeText } from './finding.ts';

const CLIENT_CERTIFICATE =
  "Name a secret with `{certificate, privateKey}` as `clientCertificate`, signed by a CA in the server's ssl_ca_file.";

/** What a connection that did not come about, or broke, means. */
export function networkFailure(traits: ErrorTraits, place: PostgresPlace): Finding {
  return tlsFailure(traits, place) ?? reachFailure(traits, place);
}

function tlsFailure({ code = '', message }: ErrorTraits, place: PostgresPlace): Finding | undefined {
  if (/does not support SSL/.test(message)) {
    return {
      code: 'TlsNotSpoken',
      message: `${placeText(place)} does not speak TLS`,
      fix: 'Switch `ssl` on at the server; only within a network that is trusted, set `tls: disable` in the connection.',
      retryable: false,
    };
  }
  const finding = certificateFinding(
    { code, message },
    { name: place.host, showedCertificate: place.tls?.client !== undefined },
    {
      CaNotTrusted:
        place.tls?.ca === undefined
          ? "Name the server's CA in the connection: `ca: <secret with the CA's PEM>` (of RDS, the region's bundle)."
          : "The secret in `ca` holds another CA: put the one that signed the server's certificate there, in PEM.",
      HostNotInCertificate:
        'Use the host name that the certificate carries as `host`; `tls: require` does not look at it.',
      CertificateExpired:
        "Renew the server's certificate; if its CA was renewed, put the new one into the secret in `ca`.",
      MissingClientCertificate: CLIENT_CERTIFICATE,
      ClientCertificateRefused: CLIENT_CERTIFICATE,
    },
  );
  return finding && { ...finding, retryable: false };
}

function reachFailure({ code = '', message }: ErrorTraits, place: PostgresPlace): Finding {
  const { host, port } = place;
  if (isNameUnknown(code)) {
    return {
      code: 'HostUnknown',
      message: `no address is known for ${host} (${code})`,
      fix: 'Check the spelling of `host` in the connection; a private name resolves only inside its VPC, with DNS resolution switched on.',
      retryable: code === 'EAI_AGAIN',
    };
  }
  if (code === 'ECONNREFUSED') {
    return {
      code: 'ServerUnreachable',
      message: `nothing listens at ${host}:${port}`,
      fix: 'Is the server running, is `port` right, and does its `listen_addresses` hold this address?',
      retryable: true,
    };
  }
  if (unreachable(code) !== undefined || /timeout expired|connection timeout/i.test(message)) {
    return {
      code: 'ServerSilent',
      message: `no answer from ${host}:${port}`,
      fix: `A firewall drops what is sent there. The server's security group must let port ${port} in from the function's; a function in a VPC reaches a public address only through a NAT gateway, and one without a VPC no private address.`,
      retryable: true,
    };
  }
  if (/Query read timeout/.test(message)) {
    return {
      code: 'StatementTimeout',
      message: `${placeText(place)} took the statement and did not answer in time`,
      fix: 'Look for a lock that it waits for (pg_stat_activity, pg_locks), or give the rule a smaller batch.',
      retryable: true,
    };
  }
  return {
    code: 'ConnectionLost',
    message: `${placeText(place)} closed the connection${/^E[A-Z]+$/.test(code) ? ` (${code})` : ''}`,
    fix: 'If it is not restarting: look at its log at this time; a pooler in between closes what is idle for long.',
    retryable: true,
  };
}
