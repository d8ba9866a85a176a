import { type ErrorTraits, type Finding, type PostgresPlace, placeText } from './finding.ts';

const UNTRUSTED = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_SIGNATURE_FAILURE',
]);
const SILENT = new Set(['ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL']);

/** What a connection that did not come about, or broke, means. */
export function networkFailure(traits: ErrorTraits, place: PostgresPlace): Finding {
  return tlsFailure(traits, place) ?? reachFailure(traits, place);
}

function tlsFailure({ code = '', message }: ErrorTraits, place: PostgresPlace): Finding | undefined {
  const finding = (name: string, text: string, fix: string): Finding => ({
    code: name,
    message: text,
    fix,
    retryable: false,
  });
  if (/does not support SSL/.test(message)) {
    return finding(
      'TlsNotSpoken',
      `${placeText(place)} does not speak TLS`,
      'Switch `ssl` on at the server; only within a network that is trusted, set `tls: disable` in the connection.',
    );
  }
  if (UNTRUSTED.has(code)) {
    return finding(
      'CaNotTrusted',
      `the certificate of ${place.host} is signed by a CA that is not trusted (${code})`,
      place.tls?.ca === undefined
        ? "Name the server's CA in the connection: `ca: <secret with the CA's PEM>` (of RDS, the region's bundle)."
        : "The secret in `ca` holds another CA: put the one that signed the server's certificate there, in PEM.",
    );
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return finding(
      'HostNotInCertificate',
      `the certificate of ${place.host} is not made out for that host`,
      'Use the host name that the certificate carries as `host`; `tls: require` does not look at it.',
    );
  }
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    return finding(
      'CertificateExpired',
      `the certificate of ${place.host}, or of its CA, is out of its time (${code})`,
      "Renew the server's certificate; if its CA was renewed, put the new one into the secret in `ca`.",
    );
  }
  if (/ALERT_(BAD_CERTIFICATE|CERTIFICATE|UNKNOWN_CA|HANDSHAKE_FAILURE)|CERTIFICATE_REQUIRED/.test(code)) {
    return finding(
      'ClientCertificateRefused',
      `${place.host} refused the client's certificate, or asks for one (${code})`,
      "Name a secret with `{certificate, privateKey}` as `clientCertificate`, signed by a CA in the server's ssl_ca_file.",
    );
  }
  if (/PEM routines|x509 certificate routines|bad decrypt|DECODER routines|asn1|key values mismatch/i.test(message)) {
    return finding(
      'BadClientCertificate',
      "the client's certificate and key cannot be used",
      'The secret must hold `certificate` and its own `privateKey`, both PEM with their line breaks, and `privateKeyPassword` if the key has one.',
    );
  }
  return undefined;
}

function reachFailure({ code = '', message }: ErrorTraits, place: PostgresPlace): Finding {
  const { host, port } = place;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
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
  if (SILENT.has(code) || /timeout expired|connection timeout/i.test(message)) {
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
