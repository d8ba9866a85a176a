import { z } from 'zod';
import { duration, text, topic } from './scalars.ts';

/** What a rule of any kind has. */

export const ruleName = () =>
  z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9_-]*$/, {
      error: 'a name of letters, digits, hyphens and underscores that begins with a letter',
    })
    .describe('The function is `<name>-<stage>`. Unique, and never changed after it was deployed.');

export const ruleDescription = () =>
  text().max(256, { error: 'at most 256 characters' }).exactOptional().describe("Shown as the function's description.");

export const vpc = z.strictObject({
  subnetIds: z.array(text()).min(1, { error: 'a list that is not empty' }).describe('Subnets.'),
  securityGroupIds: z.array(text()).min(1, { error: 'a list that is not empty' }).describe('Security groups.'),
});

const deadLetter = z
  .strictObject({
    topic: topic().exactOptional().describe('A topic of the same connection.'),
    logGroup: z
      .string()
      .regex(/^[A-Za-z0-9._/#-]{1,512}$/, { error: 'the name of a log group' })
      .exactOptional()
      .describe('A CloudWatch log group.'),
  })
  .refine((to) => (to.topic === undefined) !== (to.logGroup === undefined), {
    error: 'one of topic and logGroup, not both or neither',
  });

/** What becomes of a bad record. */
export type OnError =
  | { readonly kind: 'retain' }
  | { readonly kind: 'discard' }
  | {
      readonly kind: 'deadLetter';
      readonly to:
        | { readonly kind: 'topic'; readonly topic: string }
        | { readonly kind: 'logGroup'; readonly logGroup: string };
    };

export const onError = z
  .union([z.enum(['retain', 'discard']), z.strictObject({ deadLetter })])
  .transform((value): OnError => {
    if (typeof value === 'string') return { kind: value };
    const { topic, logGroup = '' } = value.deadLetter;
    return {
      kind: 'deadLetter',
      to: topic === undefined ? { kind: 'logGroup', logGroup } : { kind: 'topic', topic },
    };
  });

const LOG_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

/** @param timeout the default, and what is said of it */
export const functionSettings = (timeout: string, said: string) =>
  z.strictObject({
    timeout: duration().prefault(timeout).describe(said),
    memory: z.int().min(128).max(10_240).default(1024).describe('In MiB. CPU grows with it.'),
    logRetention: z.literal(LOG_DAYS).default(30).describe('How many days CloudWatch keeps its logs.'),
  });
