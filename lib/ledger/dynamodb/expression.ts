import type { UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import type { Effect } from '../item.ts';
import { type toAttribute, toAttributes } from './attributes.ts';

export type Expressions = Pick<
  UpdateItemCommandInput,
  'ConditionExpression' | 'UpdateExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
>;

/** Renders a write for UpdateItem. Every name goes by an alias: `state`, `owner` and more are reserved words. */
export function expressions({ when, set, remove }: Effect): Expressions {
  const names: Record<string, string> = {};
  const values: Record<string, ReturnType<typeof toAttribute>> = {};
  const alias = (name: string) => {
    names[`#${name}`] = name;
    return `#${name}`;
  };
  const equal = (attributes: object, mark: string) =>
    Object.entries(toAttributes({ ...attributes })).map(([name, value]) => {
      values[`:${mark}_${name}`] = value;
      return `${alias(name)} = :${mark}_${name}`;
    });
  const condition = when === 'absent' ? `attribute_not_exists(${alias('pk')})` : equal(when, 'if').join(' AND ');
  const removed = remove.length > 0 ? ` REMOVE ${remove.map(alias).join(', ')}` : '';
  return {
    ConditionExpression: condition,
    UpdateExpression: `SET ${equal(set, 'to').join(', ')}${removed}`,
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: values,
  };
}
