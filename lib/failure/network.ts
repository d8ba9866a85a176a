/** What Node's errors of sockets and TLS mean, whatever server was at the other end. Each client adds its own next steps. */

/** The part of an error that tells what happened: Node's code, and its message where there is no code for it. */
export interface SocketError {
  readonly code: string;
  readonly message: string;
}

/** What lies with a certificate; these are also the codes of the errors that tell of it. Trying again changes nothing. */
export type CertificateFault =
  | 'CaNotTrusted'
  | 'HostNotInCertificate'
  | 'CertificateExpired'
  | 'MissingClientCertificate'
  | 'ClientCertificateRefused'
  | 'BadClientCertificate';

export interface CertificateFinding {
  readonly code: CertificateFault;
  readonly message: string;
  readonly fix: string;
}

/** The next step for each fault that is mended in the connection's own fields. */
export type CertificateFixes = Readonly<Record<Exclude<CertificateFault, 'BadClientCertificate'>, string>>;

const CERTIFICATE: Readonly<Record<string, keyof CertificateFixes>> = {
  SELF_SIGNED_CERT_IN_CHAIN: 'CaNotTrusted',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'CaNotTrusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'CaNotTrusted',
  UNABLE_TO_GET_ISSUER_CERT: 'CaNotTrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'CaNotTrusted',
  CERT_SIGNATURE_FAILURE: 'CaNotTrusted',
  ERR_TLS_CERT_ALTNAME_INVALID: 'HostNotInCertificate',
  CERT_HAS_EXPIRED: 'CertificateExpired',
  CERT_NOT_YET_VALID: 'CertificateExpired',
};
const ALERT = /ALERT_(BAD_CERTIFICATE|CERTIFICATE|UNKNOWN_CA|HANDSHAKE_FAILURE)|CERTIFICATE_REQUIRED/;
/** OpenSSL's words for PEM that it cannot read, or a key that is not the certificate's. */
const UNUSABLE = /PEM routines|x509 certificate routines|bad decrypt|DECODER routines|asn1|key values mismatch/i;

const UNREACHABLE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ETIMEDOUT: 'no answer',
  EHOSTUNREACH: 'no route',
  ENETUNREACH: 'no route',
  EADDRNOTAVAIL: 'no route',
};

/** Who was at the other end, as messages name it, and whether we showed it a certificate. */
export interface TlsPeer {
  readonly name: string;
  readonly showedCertificate: boolean;
}

/** What an error says of a certificate; undefined: it is about something else. */
export function certificateFinding(
  error: SocketError,
  peer: TlsPeer,
  fixes: CertificateFixes,
): CertificateFinding | undefined {
  const { code, message } = error;
  const fault = CERTIFICATE[code] ?? (ALERT.test(code) ? alerted(peer) : undefined);
  if (fault !== undefined) return { code: fault, message: SAID[fault](peer.name, code), fix: fixes[fault] };
  if (!UNUSABLE.test(message)) return undefined;
  return {
    code: 'BadClientCertificate',
    message: `the client's certificate and key cannot be used${detail(message)}`,
    fix: 'The secret must hold `certificate` and its own `privateKey`, both PEM with their line breaks, and `privateKeyPassword` if the key has one.',
  };
}

const alerted = ({ showedCertificate }: TlsPeer) =>
  showedCertificate ? 'ClientCertificateRefused' : 'MissingClientCertificate';

const SAID: Readonly<Record<keyof CertificateFixes, (server: string, code: string) => string>> = {
  CaNotTrusted: (server, code) => `the certificate of ${server} is signed by a CA that is not trusted (${code})`,
  HostNotInCertificate: (server) => `the certificate of ${server} is not made out for that host`,
  CertificateExpired: (server, code) => `the certificate of ${server}, or of its CA, is out of its time (${code})`,
  MissingClientCertificate: (server, code) => `${server} asks for a client certificate and got none (${code})`,
  ClientCertificateRefused: (server, code) => `${server} refused the client's certificate (${code})`,
};

/** OpenSSL's words without its numbers: none of them holds anything of a key. */
function detail(message: string): string {
  const [, said] = /:([A-Za-z0-9 ]+ routines:.*)$/.exec(message) ?? [];
  return said === undefined ? '' : ` (${said})`;
}

/** No address is known for the name that was given. Only EAI_AGAIN may pass by itself. */
export const isNameUnknown = (code: string): boolean => code === 'ENOTFOUND' || code === 'EAI_AGAIN';

/** Why an address cannot be reached, in words; undefined: it was reached. */
export const unreachable = (code: string): string | undefined => UNREACHABLE[code];
