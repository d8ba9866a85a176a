import type { ObjectInfo, ObjectStore } from '../../object/contract.ts';
import type { ExportRule } from '../../rule/schema.ts';
import { type Finding, ok, warning } from './probe.ts';

/** How many keys are looked through for one of the rule's. */
const LOOKED_THROUGH = 1000;

/** Whether the rule's objects can be listed, and the first of them read. */
export async function lookAtBucket(
  store: ObjectStore,
  { bucket, prefix, suffix }: ExportRule['source'],
): Promise<Finding> {
  const place = `s3://${bucket}/${prefix}`;
  let found: ObjectInfo | undefined;
  let seen = 0;
  for await (const info of store.list(bucket, prefix)) {
    if (info.key.endsWith(suffix)) found = info;
    if (found !== undefined || ++seen >= LOOKED_THROUGH) break;
  }
  if (found === undefined && seen === 0) return ok(`${place} can be listed; there is no object yet`);
  if (found === undefined) {
    return warning(
      `none of the first ${seen} objects under ${place} ends with ${suffix}`,
      'Check source.prefix and source.suffix against the keys: aws s3 ls shows them.',
    );
  }
  const info = await store.head(found);
  for await (const _ of store.read(info, { from: 0, to: Math.min(1, info.size) })) break;
  return ok(`${place} can be listed and read`);
}
