import {
  GetObjectCommand,
  type GetObjectCommandOutput,
  HeadObjectCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';
import { SluiceError } from '../failure/index.ts';
import type { Backoff } from './backoff.ts';
import type { ObjectInfo, ObjectRef, ObjectStore, ReadOptions } from './contract.ts';
import { readRanges } from './ranged-read.ts';
import { type Attempt, s3Failure } from './s3-failure.ts';

export interface StoreEndpoint {
  /** Default: the SDK's own search (AWS_REGION, profile). */
  readonly region?: string;
  /** Of a store that is not AWS, such as `https://cos.ap-guangzhou.myqcloud.com`. Default: AWS, or AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL. */
  readonly endpoint?: string;
  /** The bucket in the path instead of the host name. An endpoint that is an address or localhost is always asked so. */
  readonly forcePathStyle?: boolean;
  /** Default: the SDK's own search. */
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
}

export interface StoreTuning {
  /** After so many milliseconds without a byte a connection counts as broken. Default 20,000. */
  readonly silenceMs?: number;
  readonly partBytes?: number;
  readonly parallel?: number;
  readonly attempts?: number;
  readonly backoff?: Backoff;
}

/** An S3-compatible store. With `client`, the caller's client is used and stays the caller's to destroy. */
export function s3Store(options: (StoreEndpoint | { readonly client: S3Client }) & StoreTuning): ObjectStore {
  return 'client' in options
    ? new S3Store(options.client, false, options)
    : new S3Store(clientOf(options), true, options);
}

function clientOf(options: StoreEndpoint & StoreTuning): S3Client {
  const endpoint = options.endpoint ?? process.env['AWS_ENDPOINT_URL_S3'] ?? process.env['AWS_ENDPOINT_URL'];
  return new S3Client({
    ...(options.region === undefined ? {} : { region: options.region }),
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    ...(options.credentials === undefined ? {} : { credentials: options.credentials }),
    forcePathStyle: options.forcePathStyle === true || (endpoint !== undefined && hasNoSubdomains(endpoint)),
    // Stores other than AWS do not know the newer check sums; what guards a body here is its length and its ETag.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { connectionTimeout: 3_000, socketTimeout: options.silenceMs ?? 20_000 },
  });
}

/** `bucket.127.0.0.1` and `bucket.[::1]` are no names, and `bucket.localhost` resolves only on some systems. */
function hasNoSubdomains(endpoint: string): boolean {
  const host = URL.canParse(endpoint) ? new URL(endpoint).hostname : endpoint;
  return host === 'localhost' || host.startsWith('[') || /^[\d.]+$/.test(host);
}

class S3Store implements ObjectStore {
  readonly #client: S3Client;
  readonly #owned: boolean;
  readonly #tuning: StoreTuning;

  constructor(client: S3Client, owned: boolean, tuning: StoreTuning) {
    this.#client = client;
    this.#owned = owned;
    this.#tuning = tuning;
  }

  async head(ref: ObjectRef): Promise<ObjectInfo> {
    try {
      const answer = await this.#client.send(new HeadObjectCommand(addressOf(ref)));
      return {
        ...withVersion(ref, answer.VersionId),
        etag: unquoted(answer.ETag),
        size: answer.ContentLength ?? 0,
        lastModified: answer.LastModified ?? new Date(0),
      };
    } catch (error) {
      throw await this.#explained(error, ref);
    }
  }

  async *read(info: ObjectInfo, options: ReadOptions = {}): AsyncGenerator<Uint8Array> {
    yield* readRanges((from, to, signal) => this.#fetch(info, from, to, signal), {
      ...this.#tuning,
      from: Math.min(options.from ?? 0, info.size),
      to: Math.min(options.to ?? info.size, info.size),
      ahead: options.ahead,
      signal: options.signal,
    });
  }

  async *list(bucket: string, prefix: string): AsyncGenerator<ObjectInfo> {
    let token: string | undefined;
    do {
      // Without the encoding a key with a control character would make the answer unreadable as XML.
      const command = new ListObjectsV2Command({
        Bucket: bucket,
        Prefix: prefix,
        ContinuationToken: token,
        EncodingType: 'url',
      });
      const page = await this.#client.send(command).catch(async (error: unknown) => {
        throw s3Failure(error, await this.#attempt('s3:ListBucket', { bucket }));
      });
      for (const entry of page.Contents ?? []) {
        if (entry.Key === undefined) continue;
        yield {
          bucket,
          key: page.EncodingType === 'url' ? decodeURIComponent(entry.Key.replaceAll('+', ' ')) : entry.Key,
          etag: unquoted(entry.ETag),
          size: entry.Size ?? 0,
          lastModified: entry.LastModified ?? new Date(0),
        };
      }
      token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
  }

  close(): void {
    if (this.#owned) this.#client.destroy();
  }

  async *#fetch(info: ObjectInfo, from: number, to: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const request = new AbortController();
    const abort = () => request.abort();
    signal.addEventListener('abort', abort, { once: true });
    try {
      signal.throwIfAborted();
      const command = new GetObjectCommand({
        ...addressOf(info),
        Range: `bytes=${from}-${to - 1}`,
        ...(info.etag === '' ? {} : { IfMatch: `"${info.etag}"` }),
      });
      const answer = await this.#client.send(command, { abortSignal: request.signal });
      checkAnswer(answer, info, from);
      yield* answer.Body as AsyncIterable<Uint8Array>;
    } catch (error) {
      throw s3Failure(error, await this.#attempt('s3:GetObject', { ...coordinatesOf(info), offset: from }));
    } finally {
      signal.removeEventListener('abort', abort);
      // Ends the connection of a body that was not read to its end; a finished one does not notice.
      request.abort();
    }
  }

  /**
   * The answer to HEAD has no body and so no error code: a missing bucket looks like a missing key, and a refused KMS
   * key like a refused object. A GET for one byte is answered in words.
   */
  async #explained(error: unknown, ref: ObjectRef): Promise<SluiceError> {
    const attempt = await this.#attempt('s3:GetObject', coordinatesOf(ref));
    const first = s3Failure(error, attempt);
    if (first.retryable || first.code === 'BadCredentials') return first;
    const request = new AbortController();
    try {
      await this.#client.send(new GetObjectCommand({ ...addressOf(ref), Range: 'bytes=0-0' }), {
        abortSignal: request.signal,
      });
      return first;
    } catch (second) {
      const explained = s3Failure(second, attempt);
      return explained.code === 'StoreRefused' || explained.retryable ? first : explained;
    } finally {
      request.abort();
    }
  }

  async #attempt(action: Attempt['action'], context: Attempt['context']): Promise<Attempt> {
    const region = await this.#client.config.region().catch(() => 'unknown');
    return { action, context, region };
  }
}

/** A store that ignores a header would give other bytes than were asked for. */
function checkAnswer(answer: GetObjectCommandOutput, info: ObjectInfo, from: number): void {
  if (answer.ETag !== undefined && unquoted(answer.ETag) !== info.etag) {
    throw new SluiceError('ObjectChanged', `s3://${info.bucket}/${info.key} was overwritten while it was read`, {
      stage: 'object',
      fix: 'Nothing needs to be done when the bucket sends an event for the new object; else export it again with `sluice trigger`.',
    });
  }
  const start = /^bytes (\d+)-/.exec(answer.ContentRange ?? '')?.[1];
  if (start === undefined ? from > 0 : Number(start) !== from) {
    throw new SluiceError('UnsupportedStore', 'the store does not answer ranged reads', {
      stage: 'object',
      fix: 'Use a store that answers `Range: bytes=…` as S3 does, or take away the proxy that drops the header.',
    });
  }
}

function addressOf(ref: ObjectRef): { Bucket: string; Key: string; VersionId?: string } {
  return { Bucket: ref.bucket, Key: ref.key, ...(ref.versionId === undefined ? {} : { VersionId: ref.versionId }) };
}

function coordinatesOf({ bucket, key, versionId }: ObjectRef): ObjectRef {
  return versionId === undefined ? { bucket, key } : { bucket, key, versionId };
}

/** The version that was found names the object for good, whatever is written over it; `null` is how S3 writes "none". */
function withVersion(ref: ObjectRef, found: string | undefined): ObjectRef {
  const versionId = ref.versionId ?? (found === 'null' ? undefined : found);
  return versionId === undefined
    ? { bucket: ref.bucket, key: ref.key }
    : { bucket: ref.bucket, key: ref.key, versionId };
}

/** Events carry ETags without quotes, headers with them: here they never have them. */
function unquoted(etag: string | undefined): string {
  return (etag ?? '').replace(/^"|"$/g, '');
}
