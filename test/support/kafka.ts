import { readFileSync } from 'node:fs';
import net from 'node:net';
import type { ISocketFactory } from 'kafkajs';
import type { KafkaEndpoint, RecordBatch } from '../../lib/kafka/contract.ts';
import type { SecuredKafka } from '../../local/endpoints.ts';
import { column } from './rows.ts';

export const plaintext = (brokers: readonly string[]): KafkaEndpoint => ({
  brokers,
  clientId: 'sluice-test',
  auth: { mechanism: 'none' },
});

export const pem = (file: string): string => readFileSync(file, 'utf8');

/** The listener of each mechanism, with credentials that it takes. */
export function goodEndpoints({ sasl, saslTls, mtls, tls, user, certificates }: SecuredKafka) {
  const clientId = 'sluice-test';
  const ca = pem(certificates.ca);
  return {
    plain: { brokers: sasl, clientId, auth: { mechanism: 'plain', ...user } },
    'scram-sha-256': { brokers: sasl, clientId, auth: { mechanism: 'scram-sha-256', ...user } },
    'scram-sha-512': { brokers: saslTls, clientId, auth: { mechanism: 'scram-sha-512', ...user }, tls: { ca } },
    mtls: {
      brokers: mtls,
      clientId,
      auth: {
        mechanism: 'mtls',
        certificate: pem(certificates.clientCertificate),
        privateKey: pem(certificates.clientKeyEncrypted),
        privateKeyPassword: certificates.clientKeyPassword,
      },
      tls: { ca },
    },
    'tls-ca': { brokers: tls, clientId, auth: { mechanism: 'none' }, tls: { ca } },
  } as const satisfies Record<string, KafkaEndpoint>;
}

export const SOURCE = { bucket: 'logs', key: 'access/1.csv', version: 'v1' } as const;

/** Records with a value each, from byte `from` of an object on, `stride` bytes of source apart. Without keys. */
export function recordsOf(values: readonly string[], from = 0, stride = 100): RecordBatch {
  return {
    count: values.length,
    values: column(values),
    offsets: Float64Array.from(values, (_, i) => from + i * stride),
  };
}

/** A network that can be cut: every connection breaks, and none comes about until it is mended. */
export function cuttableNetwork() {
  const sockets = new Set<net.Socket>();
  let whole = true;
  /** Called with each chunk that is about to be sent; true cuts the network right after it. */
  let cutAfter: (chunk: Buffer) => boolean = () => false;
  const network = {
    socketFactory: (({ host, port, onConnect }) => {
      const socket = net.connect(whole ? { host, port } : { host: '127.0.0.1', port: 1 }, onConnect);
      const write = socket.write.bind(socket);
      socket.write = ((chunk: Buffer, ...rest: [BufferEncoding]) => {
        const written = write(chunk, ...rest);
        if (cutAfter(chunk)) setImmediate(network.cut);
        return written;
      }) as typeof socket.write;
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      return socket;
    }) satisfies ISocketFactory,
    cut() {
      whole = false;
      for (const socket of sockets) socket.destroy(Object.assign(new Error('cut'), { code: 'ECONNRESET' }));
    },
    mend() {
      whole = true;
      cutAfter = () => false;
    },
    cutAfter(decide: (chunk: Buffer) => boolean) {
      cutAfter = decide;
    },
  };
  return network;
}
