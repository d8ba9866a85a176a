import { certificateFinding, isNameUnknown, unreachable } from '../failure/network.ts';
import { usesTls } from './connection.ts';
import type { Destination, ErrorTraits, Finding } from './finding.ts';

/** What a connection that did not come about, or broke, means; undefined if the error is about something else. */
export function networkFailure(error: ErrorTraits, destination: Destination): Finding | undefined {
  if (error.name === 'KafkaJSRequestTimeoutError' || error.name === 'KafkaJSLockTimeout') {
    return {
      code: 'BrokerTimeout',
      message: `the broker ${error.broker ?? ''} took the request and did not answer in time`.replace('  ', ' '),
      fix: 'Look at the load of the brokers and whether a quota of the client holds the answer back; the call can be repeated.',
      retryable: true,
    };
  }
  if (error.name !== 'KafkaJSConnectionError' && error.name !== 'KafkaJSConnectionClosedError') return undefined;
  const broker = error.broker ?? destination.endpoint.brokers[0] ?? 'the broker';
  return certificateFailure(error, broker, destination) ?? reachFailure(error, broker, destination);
}

function certificateFailure(
  { code, message }: ErrorTraits,
  broker: string,
  { endpoint: { tls, auth } }: Destination,
): Finding | undefined {
  const error = { code: String(code ?? ''), message };
  const finding = certificateFinding(
    error,
    { name: broker, showedCertificate: auth.mechanism === 'mtls' },
    {
      CaNotTrusted:
        tls?.ca === undefined
          ? "Name the broker's CA in the connection: `tls: { ca: <secret with the CA's PEM> }`."
          : "The secret in `tls.ca` holds another CA: put the CA that signed the brokers' certificates there, in PEM.",
      HostNotInCertificate:
        'Use the host name that the certificate carries in `brokers`, and see that the broker advertises that name.',
      CertificateExpired:
        "Renew the broker's certificate; if its CA was renewed, put the new one into the secret in `tls.ca`.",
      MissingClientCertificate:
        'Use `auth: { mechanism: mtls, secret: … }`, or the port of a listener that takes another mechanism.',
      ClientCertificateRefused:
        "Check that the broker's truststore holds the CA that signed it, and that it has not expired.",
    },
  );
  if (finding !== undefined) return { ...finding, retryable: false };
  const isPlain = error.code === 'ERR_SSL_WRONG_VERSION_NUMBER' || /TLS connection was established/.test(message);
  return isPlain ? notTls(broker) : undefined;
}

function notTls(broker: string): Finding {
  return {
    code: 'TlsNotSpoken',
    message: `${broker} broke off the TLS handshake: most likely the port speaks plaintext`,
    fix: 'Use the port of a TLS listener (on MSK 9094 TLS, 9096 SCRAM, 9098 IAM), or leave `tls` out of the connection.',
    // A broker that is shutting down breaks handshakes off as well.
    retryable: true,
  };
}

function reachFailure({ code: told, message }: ErrorTraits, broker: string, destination: Destination): Finding {
  const { endpoint } = destination;
  const code = String(told ?? '');
  if (isNameUnknown(code)) {
    return {
      code: 'BrokerNameUnknown',
      message: `no address is known for ${broker} (${code})`,
      fix: advertised(broker, destination)
        ? `The cluster sends its clients to ${broker}: set \`advertised.listeners\` to a name that resolves where this runs, or make it resolve.`
        : 'Check the spelling in `brokers`; a private name resolves only inside its VPC, with DNS resolution switched on.',
      retryable: code === 'EAI_AGAIN',
    };
  }
  const why = unreachable(code) ?? (message === 'Connection timeout' ? 'no answer' : undefined);
  if (why !== undefined) {
    if (advertised(broker, destination)) {
      return {
        code: 'AdvertisedBrokerUnreachable',
        message: `the cluster was reached at ${endpoint.brokers.join(', ')}, but it sends its clients to ${broker}, which cannot be reached (${why})`,
        fix: `Set \`advertised.listeners\` of that broker to an address that is reachable from here, or open the way to ${broker}.`,
        retryable: true,
      };
    }
    return {
      code: 'BrokerUnreachable',
      message: `the broker ${broker} cannot be reached (${why})`,
      fix: `Is it running, and is \`brokers\` right? ${reach(broker)}`,
      retryable: true,
    };
  }
  return {
    code: 'ConnectionClosed',
    message: `${broker} closed the connection${code === '' ? '' : ` (${code})`}`,
    fix: usesTls(endpoint)
      ? 'If it is not restarting: the listener may not take this mechanism, or may ask for a client certificate.'
      : `If it is not restarting: the port most likely expects TLS (\`tls: {}\` in the connection)${endpoint.auth.mechanism === 'none' ? ' or a mechanism other than `none`' : ''}.`,
    retryable: true,
  };
}

/** Whether the broker is known only from the cluster's own answer. */
function advertised(broker: string, { endpoint }: Destination): boolean {
  return !endpoint.brokers.includes(broker);
}

function reach(broker: string): string {
  const port = broker.slice(broker.lastIndexOf(':') + 1);
  return isPrivate(broker)
    ? `It has a private address: the rule needs \`vpc\` with subnets that reach it, and the brokers' security group must let port ${port} in from the function's.`
    : `A function with \`vpc\` reaches a public broker only through a NAT gateway; one without \`vpc\` never reaches a private one. The brokers' security group must let port ${port} in.`;
}

function isPrivate(broker: string): boolean {
  return /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)/.test(broker);
}
