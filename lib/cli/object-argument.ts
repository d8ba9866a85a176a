import type { ObjectRef } from '../object/contract.ts';
import { usage } from './exit.ts';

/** `s3://bucket/key`, or a key in the rule's bucket. Keys are taken as they are, not decoded. */
export function objectOf(argument: string, bucket: string): ObjectRef {
  if (!/^(s3|cos):\/\//.test(argument)) return { bucket, key: argument };
  const [, named, key] = /^[a-z0-9]+:\/\/([^/]+)\/(.+)$/s.exec(argument) ?? [];
  if (named !== undefined && key !== undefined) return { bucket: named, key };
  throw usage(`${argument} names no object`, 'Write s3://bucket/key.');
}
