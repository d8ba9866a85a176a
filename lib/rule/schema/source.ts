import { z } from 'zod';
import { text, topic } from './scalars.ts';

/** Lambda's limits on what an event source mapping hands over. */
const MAX_RECORDS = 10_000;
const MAX_WINDOW = 300;

const moment = z.iso
  .datetime({ offset: true, error: 'a moment such as 2026-01-01T00:00:00Z' })
  .transform((value) => Date.parse(value));

const window = z
  .union([
    z.int().min(0).max(MAX_WINDOW),
    z.string().regex(/^([1-9]\d?|[12]\d\d|300) ?s$|^[1-5] ?m$/, { error: 'whole seconds from 0 to 300, such as 5s' }),
  ])
  .transform((value) =>
    typeof value === 'number' ? value : Number.parseInt(value, 10) * (value.endsWith('m') ? 60 : 1),
  )
  .meta({ title: 'duration' });

/** Where a sink begins that its group knows nothing of. Milliseconds since 1970. */
export type StartingPoint = 'earliest' | 'latest' | { readonly timestamp: number };

/** @param timeoutMs how long `sluice run` waits for more, unless the rule says */
export const sinkSource = (timeoutMs: number | 'never') =>
  z.strictObject({
    connection: text().describe('A `kafka` connection.'),
    topics: z
      .array(topic())
      .min(1, { error: 'a list with at least one topic' })
      .describe('The topics. Each is read for itself, in a consumer group of its own.'),
    group: z
      .string()
      .regex(/^[A-Za-z0-9._-]{1,200}$/, { error: 'up to 200 letters, digits, dots, underscores and hyphens' })
      .exactOptional()
      .describe(
        'What the consumer groups are called: `.<topic>` is always appended. Default: `sluice.<stage>.<rule>`. Never changed after the first deployment: another group begins anew.',
      ),
    from: z
      .union([z.enum(['earliest', 'latest']), z.strictObject({ timestamp: moment.describe('Messages from then on.') })])
      .prefault('earliest')
      .transform((value): StartingPoint => value)
      .describe(
        'Where a group begins that has no offsets yet: `earliest`, `latest` or `{ timestamp: 2026-01-01T00:00:00Z }`. Deployed, `latest` is the moment of the first deployment, so that nothing after it is missed.',
      ),
    batch: z
      .strictObject({
        records: z
          .int()
          .min(1)
          .max(MAX_RECORDS)
          .default(5000)
          .describe('The most messages of a batch. AWS ends a batch at 6 MB too.'),
        window: window
          .exactOptional()
          .describe(
            "How long AWS gathers messages into a batch, in whole seconds, at most 300. Default: `maxWaitMs` where that is a second or more, else AWS's own 500 ms.",
          ),
      })
      .prefault({})
      .describe('How many messages are written at once.'),
    timeoutMs: z
      .union([z.int().positive(), z.literal('never')])
      .default(timeoutMs)
      .describe(
        '`sluice run` ends when nothing came for so many milliseconds, counted from the first complete fetch of every partition; `never`: it goes on. Without effect once deployed.',
      ),
    maxWaitMs: z
      .int()
      .min(0)
      .max(MAX_WINDOW * 1000)
      .default(100)
      .describe(
        'How long a fetch of `sluice run` waits for messages, in milliseconds. Deployed, from 1000 on, the batching window in whole seconds.',
      ),
    concurrency: z
      .int()
      .min(1)
      .max(200)
      .default(2)
      .describe(
        'How many partitions `sluice run` has in work at once: while rows of one are written, those of another are parsed. Deployed, with `provisioned: true`, the most event pollers.',
      ),
    provisioned: z
      .boolean()
      .default(false)
      .describe('Whether AWS keeps event pollers for this rule alone, which it charges for.'),
  });

export type SinkSource = z.output<ReturnType<typeof sinkSource>>;
