import type { ObjectEvent } from './contract.ts';
import { at, size, text } from './fields.ts';
import { unknownEvent } from './unknown-event.ts';

/** What a record of any store says, before anybody judged whether it is about a new object. */
export type Notice = Omit<ObjectEvent, 'source' | 'messageId'>;

/** A record of an S3 notification. Its key is form-encoded: a space is `+` (AWS) or `%20` (some other stores). */
export function s3Notice(record: unknown): Notice {
  const bucket = text(at(record, 's3', 'bucket', 'name'));
  const key = text(at(record, 's3', 'object', 'key'));
  const eventName = text(at(record, 'eventName'));
  if (bucket === undefined || key === undefined || eventName === undefined) {
    throw unknownEvent(record, 'eventName, s3.bucket.name and s3.object.key in a record of S3');
  }
  return {
    ref: reference(bucket, formDecoded(key, record), at(record, 's3', 'object', 'versionId')),
    eventName: eventName.replace(/^s3:/, ''),
    ...optional({
      eventTime: text(at(record, 'eventTime')),
      size: size(at(record, 's3', 'object', 'size')),
      etag: text(at(record, 's3', 'object', 'eTag')),
      sequencer: text(at(record, 's3', 'object', 'sequencer')),
    }),
  };
}

/** An EventBridge event of `aws.s3`. Its key is the key itself, not encoded. */
export function eventBridgeNotice(event: unknown): Notice {
  const bucket = text(at(event, 'detail', 'bucket', 'name'));
  const key = text(at(event, 'detail', 'object', 'key'));
  const type = text(at(event, 'detail-type'));
  if (bucket === undefined || key === undefined || type === undefined) {
    throw unknownEvent(event, 'detail-type, detail.bucket.name and detail.object.key in an event of EventBridge');
  }
  const reason = text(at(event, 'detail', 'reason'));
  return {
    ref: reference(bucket, key, at(event, 'detail', 'object', 'version-id')),
    eventName: type === 'Object Created' ? `ObjectCreated:${reason ?? 'Object'}` : type,
    ...optional({
      eventTime: text(at(event, 'time')),
      size: size(at(event, 'detail', 'object', 'size')),
      etag: text(at(event, 'detail', 'object', 'etag')),
      sequencer: text(at(event, 'detail', 'object', 'sequencer')),
    }),
  };
}

/**
 * A record of a Tencent COS event. The key is `/appid/bucket/path`, not encoded; in the S3 interface the bucket's name
 * is `bucket-appid`. The time is in seconds.
 */
export function cosNotice(record: unknown): Notice {
  const name = text(at(record, 'cos', 'cosBucket', 'name'));
  const appId = text(String(at(record, 'cos', 'cosBucket', 'appid') ?? at(record, 'cos', 'appid') ?? ''));
  const path = text(at(record, 'cos', 'cosObject', 'key'));
  const eventName = text(at(record, 'event', 'eventName'));
  if (name === undefined || appId === undefined || path === undefined || eventName === undefined) {
    throw unknownEvent(
      record,
      'event.eventName, cos.cosBucket.name and .appid, and cos.cosObject.key in a record of COS',
    );
  }
  const short = name.endsWith(`-${appId}`) ? name.slice(0, -appId.length - 1) : name;
  const front = [`/${appId}/${short}/`, `/${appId}/${name}/`].find((start) => path.startsWith(start));
  if (front === undefined || path.length === front.length) {
    throw unknownEvent(record, 'a key of the form /appid/bucket/path in cos.cosObject.key');
  }
  const seconds = at(record, 'event', 'eventTime');
  const time = typeof seconds === 'number' ? new Date(seconds * 1000) : undefined;
  return {
    ref: reference(`${short}-${appId}`, path.slice(front.length), at(record, 'cos', 'cosObject', 'vid')),
    eventName: eventName.replace(/^cos:/, ''),
    ...optional({
      eventTime: time === undefined || Number.isNaN(time.getTime()) ? undefined : time.toISOString(),
      size: size(at(record, 'cos', 'cosObject', 'size')),
    }),
  };
}

/** S3 writes "no version" as nothing, null or `null`. */
export function reference(bucket: string, key: string, version: unknown): Notice['ref'] {
  const versionId = text(version);
  return versionId === undefined || versionId === 'null' ? { bucket, key } : { bucket, key, versionId };
}

function formDecoded(key: string, record: unknown): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    throw unknownEvent(record, 'a form-encoded key in s3.object.key (a `%` itself written as `%25`)');
  }
}

function optional(fields: { [name in 'eventTime' | 'size' | 'etag' | 'sequencer']?: unknown }): Partial<Notice> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
