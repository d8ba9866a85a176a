/** A certificate authority of the stack's own, made with openssl: server and client certificates in PEM, and a stranger's. */
import { access, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execute } from './cache.ts';

export interface Certificates {
  readonly ca: string;
  readonly clientCertificate: string;
  readonly clientKey: string;
  /** The client's key again, encrypted with `clientKeyPassword`. */
  readonly clientKeyEncrypted: string;
  readonly clientKeyPassword: string;
  /** Signed by an authority that the broker does not trust, and that authority itself. */
  readonly strangerCa: string;
  readonly strangerCertificate: string;
  readonly strangerKey: string;
}

const KEY_PASSWORD = 'key-password';

export const certificateFolder = (stackFolder: string): string => path.join(stackFolder, 'certificates');

export function certificatePaths(folder: string): Certificates {
  const file = (name: string) => path.join(folder, name);
  return {
    ca: file('ca.pem'),
    clientCertificate: file('client.pem'),
    clientKey: file('client.key'),
    clientKeyEncrypted: file('client.encrypted.key'),
    clientKeyPassword: KEY_PASSWORD,
    strangerCa: file('stranger-ca.pem'),
    strangerCertificate: file('stranger.pem'),
    strangerKey: file('stranger.key'),
  };
}

/** Makes all of them unless they are there; a run that was cut off leaves nothing that looks finished. */
export async function ensureCertificates(folder: string): Promise<void> {
  const exists = await access(folder).then(
    () => true,
    () => false,
  );
  if (exists) return;
  const draft = `${folder}.draft`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true, mode: 0o755 });
  await authority(draft, 'ca', 'Sluice local CA');
  await authority(draft, 'stranger-ca', 'A CA that nobody trusts');
  await signed(draft, 'ca', 'server', 'localhost', 'subjectAltName=DNS:localhost,IP:127.0.0.1');
  await signed(draft, 'ca', 'client', 'sluice-client', 'extendedKeyUsage=clientAuth');
  await signed(draft, 'stranger-ca', 'stranger', 'stranger', 'extendedKeyUsage=clientAuth');
  const file = (name: string) => path.join(draft, name);
  await execute('openssl', [
    ...['pkcs8', '-topk8', '-v2', 'aes-256-cbc', '-passout', `pass:${KEY_PASSWORD}`],
    ...['-in', file('client.key'), '-out', file('client.encrypted.key')],
  ]);
  // Kafka wants the key and its chain in one file.
  const keystore = await Promise.all(
    ['server.key', 'server.pem', 'ca.pem'].map((name) => readFile(file(name), 'utf8')),
  );
  await writeFile(file('server.keystore.pem'), keystore.join(''));
  await rename(draft, folder);
}

async function key(folder: string, name: string): Promise<string> {
  const file = path.join(folder, `${name}.key`);
  await execute('openssl', ['genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048', '-out', file]);
  return file;
}

async function authority(folder: string, name: string, commonName: string): Promise<void> {
  const file = path.join(folder, `${name}.pem`);
  await execute('openssl', [
    ...['req', '-x509', '-new', '-sha256', '-days', '3650', '-subj', `/CN=${commonName}`],
    ...['-key', await key(folder, name), '-out', file],
  ]);
}

async function signed(folder: string, ca: string, name: string, commonName: string, extension: string): Promise<void> {
  const file = (suffix: string) => path.join(folder, `${name}.${suffix}`);
  const keyFile = await key(folder, name);
  await execute('openssl', ['req', '-new', '-subj', `/CN=${commonName}`, '-key', keyFile, '-out', file('csr')]);
  await writeFile(file('ext'), `${extension}\n`);
  await execute('openssl', [
    ...['x509', '-req', '-sha256', '-days', '800', '-CAcreateserial', '-in', file('csr'), '-out', file('pem')],
    ...['-CA', path.join(folder, `${ca}.pem`), '-CAkey', path.join(folder, `${ca}.key`), '-extfile', file('ext')],
  ]);
}
