/**
 * Where our own encoding and decoding of requests is put in the place of kafkajs's. kafkajs looks an API up in one table
 * of its own, by version, whenever it sends a request: a function that makes of a request's arguments how it is encoded,
 * and how its response is decoded.
 */
import kafkajs from 'kafkajs/package.json' with { type: 'json' };
import { requests } from 'kafkajs/src/protocol/requests/index.js';

/** What kafkajs hands over of a request, and takes as its encoding: `buffer` are the bytes. */
export interface Encoded {
  readonly buf: Buffer;
  readonly buffer: Buffer;
}

export interface Protocol {
  readonly request: {
    readonly apiKey: number;
    readonly apiVersion: number;
    readonly apiName: string;
    readonly expectResponse?: () => boolean;
    /** Called anew for each attempt to send it. */
    readonly encode: () => Promise<Encoded>;
  };
  readonly response: {
    /** @param bytes what follows the response's correlation id */
    readonly decode: (bytes: Buffer) => Promise<unknown>;
    readonly parse: (decoded: never) => Promise<unknown>;
  };
  readonly requestTimeout?: number | null;
  readonly logResponseError?: boolean;
}

/** Of a request's arguments, as the methods of kafkajs's Broker pass them on. */
export type MakeProtocol<Request = never> = (request: Request) => Protocol;

/** Whether this is the version of kafkajs whose insides are known. Any other goes its own way, only slower. */
export const INSIDES_KNOWN = kafkajs.version === '2.2.4';

/**
 * Puts `rewriting` around what kafkajs makes of requests of this API, for the whole process; `version` is what broker and
 * client agreed on. Call it once for each API, when its module is loaded.
 */
export function rewrite<Request>(
  api: 'Produce' | 'Fetch',
  rewriting: (version: number, make: MakeProtocol<Request>) => MakeProtocol<Request>,
): void {
  if (!INSIDES_KNOWN) return;
  const definition = requests[api];
  const { protocol } = definition;
  definition.protocol = ({ version }) => rewriting(version, protocol({ version }) as MakeProtocol<Request>);
}
