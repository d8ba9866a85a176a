import net from 'node:net';
import tls from 'node:tls';
import { type ConnectionOptions, tlsOf } from './connection.ts';
import type { KafkaEndpoint } from './contract.ts';
import { kafkaFailure } from './failure.ts';

/** What a broker speaks: by API key, the highest version of each request. */
export type ApiVersions = ReadonlyMap<number, number>;

const API_VERSIONS = 18;
const TXN_OFFSET_COMMIT = 28;

/**
 * Whether offsets that were committed in a transaction are seen by who reads after it (KAFKA-17507), which exactly once
 * rests on: from Kafka 4.0 on, told by TxnOffsetCommit 5.
 */
export function readsCommittedOffsets(versions: ApiVersions): boolean {
  return (versions.get(TXN_OFFSET_COMMIT) ?? 0) >= 5;
}

/**
 * Asks the first broker that answers. kafkajs asks the same when it connects and tells nobody, so this speaks the one
 * request itself: brokers answer it before a client has signed in. Throws SluiceError as any call to Kafka.
 *
 *     request  => size:int32 apiKey:int16 apiVersion:int16 correlationId:int32 clientId:nullable_string
 *     response => size:int32 correlationId:int32 errorCode:int16 count:int32 [apiKey:int16 min:int16 max:int16]*
 */
export async function readApiVersions(endpoint: KafkaEndpoint, options: ConnectionOptions = {}): Promise<ApiVersions> {
  let failure: unknown;
  for (const broker of endpoint.brokers) {
    try {
      return decode(await exchange(broker, endpoint, encode(endpoint.clientId), options.connectTimeoutMs ?? 5_000));
    } catch (error) {
      failure = error;
    }
  }
  throw kafkaFailure(failure, { endpoint });
}

function encode(clientId: string): Buffer {
  const id = Buffer.from(clientId);
  const request = Buffer.alloc(14 + id.length);
  request.writeInt32BE(request.length - 4, 0);
  request.writeInt16BE(API_VERSIONS, 4);
  request.writeInt32BE(1, 8);
  request.writeInt16BE(id.length, 12);
  id.copy(request, 14);
  return request;
}

function decode(response: Buffer): ApiVersions {
  const count = response.readInt32BE(6);
  const versions = new Map<number, number>();
  for (let i = 0, at = 10; i < count; i++, at += 6)
    versions.set(response.readInt16BE(at), response.readInt16BE(at + 4));
  return versions;
}

/** Sends a request and gives the answer without its size. Fails in kafkajs's words, so that the same failures are recognised. */
function exchange(broker: string, endpoint: KafkaEndpoint, request: Buffer, timeoutMs: number): Promise<Buffer> {
  const colon = broker.lastIndexOf(':');
  const host = broker.slice(0, colon);
  const port = Number(broker.slice(colon + 1));
  const { ssl } = tlsOf(endpoint);
  return new Promise((resolve, reject) => {
    const fail = (message: string, code?: string) => {
      socket.destroy();
      reject(Object.assign(new Error(message), { name: 'KafkaJSConnectionError', broker, code }));
    };
    const socket = ssl
      ? tls.connect({ host, port, ...(net.isIP(host) === 0 && { servername: host }), ...ssl })
      : net.connect({ host, port });
    let answer: Buffer = Buffer.alloc(0);
    socket.setTimeout(timeoutMs, () => fail('Connection timeout'));
    socket.on('error', (error: NodeJS.ErrnoException) => fail(error.message, error.code));
    socket.on('close', () => fail('Closed connection'));
    socket.on('data', (chunk) => {
      answer = Buffer.concat([answer, chunk]);
      if (answer.length < 4 || answer.length < 4 + answer.readInt32BE(0)) return;
      socket.destroy();
      resolve(answer.subarray(4));
    });
    socket.write(request);
  });
}
