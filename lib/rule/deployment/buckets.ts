import type { ExportBundle } from '../schema.ts';
import type { Template } from './names.ts';
import { triggerParts } from './trigger.ts';

/**
 * The buckets of stage `local`, each with what all its rules ask of it. They stay when the stack goes: what somebody put
 * there is not ours to delete.
 */
export function localBuckets(bundles: readonly ExportBundle[]): Template {
  const stored = bundles.filter(({ rule }) => rule.source.endpoint === undefined);
  const names = [...new Set(stored.map(({ rule }) => rule.source.bucket))];
  return Object.fromEntries(
    names.map((name) => [
      bucketId(name),
      bucket(
        name,
        stored.filter(({ rule }) => rule.source.bucket === name),
      ),
    ]),
  );
}

function bucketId(name: string): string {
  const words = name.split(/[.-]/).map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return `${words.join('')}Bucket`;
}

function bucket(name: string, rules: readonly ExportBundle[]): Template {
  const parts = rules.map(triggerParts);
  const merged: Record<string, unknown> = {};
  for (const [kind, value] of parts.flatMap(({ notification }) => Object.entries(notification))) {
    const before = merged[kind];
    merged[kind] = Array.isArray(value) && Array.isArray(before) ? [...before, ...value] : value;
  }
  // S3 asks whether it may send at the moment when it is told to: the rights come first.
  const rights = parts.flatMap(({ resources }) =>
    Object.keys(resources).filter((id) => /(Permission|Policy)$/.test(id)),
  );
  return {
    Type: 'AWS::S3::Bucket',
    DeletionPolicy: 'Retain',
    UpdateReplacePolicy: 'Retain',
    ...(rights.length === 0 ? {} : { DependsOn: rights }),
    Properties: {
      BucketName: name,
      ...(Object.keys(merged).length === 0 ? {} : { NotificationConfiguration: merged }),
    },
  };
}
