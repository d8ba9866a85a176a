import { usesTls } from './connection.ts';
import type { Destination, ErrorTraits, Finding } from './finding.ts';

const UNTRUSTED = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_SIGNATURE_FAILURE',
]);
const UNREACHABLE = new Set(['ECONNREFUSED', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL']);

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
  { endpoint }: Destination,
): Finding | undefined {
  const certificate = (name: string, text: string, fix: string): Finding => ({
    code: name,
    message: text,
    fix,
    retryable: false,
  });
  if (typeof code === 'string') {
    if (UNTRUSTED.has(code)) {
      return certificate(
        'CaNotTrusted',
        `the certificate of ${broker} is signed by a CA that is not trusted (${code})`,
        endpoint.tls?.ca === undefined
          ? "Name the broker's CA in the connection: `tls: { ca: <secret with the CA's PEM> }`."
          : "The secret in `tls.ca` holds another CA: put the CA that signed the brokers' certificates there, in PEM.",
      );
    }
    if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
      return certificate(
        'HostNotInCertificate',
        `the certificate of ${broker} is not made out for that host`,
        'Use the host name that the certificate carries in `brokers`, and see that the broker advertises that name.',
      );
    }
    if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
      return certificate(
        'CertificateExpired',
        `the certificate of ${broker}, or of its CA, is out of its time (${code})`,
        "Renew the broker's certificate; if its CA was renewed, put the new one into the secret in `tls.ca`.",
      );
    }
    if (/ALERT_(BAD_CERTIFICATE|CERTIFICATE|UNKNOWN_CA|HANDSHAKE_FAILURE)|CERTIFICATE_REQUIRED/.test(code)) {
      return endpoint.auth.mechanism === 'mtls'
        ? certificate(
            'ClientCertificateRefused',
            `${broker} refused the client's certificate (${code})`,
            "Check that the broker's truststore holds the CA that signed it, and that it has not expired.",
          )
        : certificate(
            'MissingClientCertificate',
            `${broker} asks for a client certificate and got none (${code})`,
            'Use `auth: { mechanism: mtls, secret: … }`, or the port of a listener that takes another mechanism.',
          );
    }
    if (code === 'ERR_SSL_WRONG_VERSION_NUMBER') return notTls(broker);
  }
  if (/TLS connection was established/.test(message)) return notTls(broker);
  if (/PEM routines|x509 certificate routines|bad decrypt|DECODER routines|asn1/i.test(message)) {
    return certificate(
      'BadClientCertificate',
      `the client's certificate and key cannot be used (${message.replace(/^.*?:(?=[A-Za-z0-9 ]+ routines)/, '')})`,
      'The secret must hold `certificate` and its own `privateKey`, both PEM with their line breaks, and `privateKeyPassword` if the key has one.',
    );
  }
  return undefined;
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

function reachFailure({ code, message }: ErrorTraits, broker: string, destination: Destination): Finding {
  const { endpoint } = destination;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return {
      code: 'BrokerNameUnknown',
      message: `no address is known for ${broker} (${code})`,
      fix: advertised(broker, destination)
        ? `The cluster sends its clients to ${broker}: set \`advertised.listeners\` to a name that resolves where this runs, or make it resolve.`
        : 'Check the spelling in `brokers`; a private name resolves only inside its VPC, with DNS resolution switched on.',
      retryable: code === 'EAI_AGAIN',
    };
  }
  if ((typeof code === 'string' && UNREACHABLE.has(code)) || message === 'Connection timeout') {
    const why = code === 'ECONNREFUSED' ? 'nothing listens there' : 'no answer';
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
    message: `${broker} closed the connection${code === undefined ? '' : ` (${code})`}`,
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
