import { z } from 'zod';
import { COMPRESSIONS, LOG_PRESETS } from '../../format/options.ts';
import { functionSettings, onError, ruleDescription, ruleName, vpc } from './parts.ts';
import { bytes, duration, kmsKey, secret, text, topic } from './scalars.ts';

export const FORMATS = ['csv', 'jsonl', 'json', 'parquet', ...LOG_PRESETS] as const;
export const TRIGGERS = ['s3', 'eventbridge', 'sqs', 'sns', 'cos', 'none'] as const;

const mark = () => z.string().regex(/^[\s\S]{1,2}$/, { error: 'one or two characters' });
/** Nothing stands for "there is no such character": in these files `null` means "as if it were not written". */
const optionalMark = () =>
  z
    .string()
    .regex(/^[\s\S]{0,2}$/, { error: "one or two characters, or '' for none" })
    .transform((value) => (value === '' ? null : value));

const csv = z.strictObject({
  header: z
    .enum(['use', 'ignore', 'none'])
    .default('none')
    .describe('`use`: the first record names the columns. `ignore`: it is skipped. `none`: every record is data.'),
  delimiter: mark().default(',').describe('Between fields.'),
  recordDelimiter: mark().default('\n').describe('Between records. `\\n` takes `\\r\\n` too.'),
  quote: optionalMark().prefault('"').describe("Around a field. `''`: quotes mean nothing."),
  escape: mark().default('"').describe('Before a quote inside a quoted field.'),
  comment: optionalMark()
    .prefault('')
    .describe("A record that begins with it is left out. `''`: there are no comments."),
  quotedRecordDelimiter: z.boolean().default(true).describe('Whether a record delimiter may stand inside quotes.'),
  fieldCount: z
    .enum(['lenient', 'strict'])
    .default('lenient')
    .describe(
      'What a record with more or fewer fields than the header is: `lenient` as in S3 Select, or `strict`: bad.',
    ),
});

const source = z.strictObject({
  bucket: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, {
      error: 'a bucket: 3 to 63 lower-case letters, digits, dots and hyphens',
    })
    .describe('The bucket. It is yours: only on stage `local` is it made.'),
  prefix: z.string().default('').describe('How the keys begin.'),
  suffix: z.string().default('').describe('How the keys end.'),
  format: z
    .enum(FORMATS)
    .describe('How the records are written. `parquet` is read by ranges: only the columns that `select` names.'),
  csv: csv.prefault({}).describe('How CSV is written; for `format: csv`.'),
  compression: z
    .enum(COMPRESSIONS)
    .default('auto')
    .describe('`auto`: told from the first bytes of the object, not from its name.'),
  trigger: z
    .enum(TRIGGERS)
    .default('s3')
    .describe(
      'What tells of a new object. `s3`: a notification of the bucket; `eventbridge`: a rule of the default bus; `sqs`, `sns`: a queue or topic made with the function, that the bucket notifies. `cos`: Tencent COS; `none`: nobody, only `sluice trigger` and `backfill`; for both nothing is deployed beside the function.',
    ),
  logsOf: text()
    .exactOptional()
    .describe(
      'With an access-log format: the bucket whose logs these are. `sluice check` sees that its logging is on and delivers here.',
    ),
  endpoint: z
    .string()
    .regex(/^https?:\/\/[^\s/@]+\/?$/, { error: 'a URL such as https://cos.ap-guangzhou.myqcloud.com' })
    .exactOptional()
    .describe('An S3-compatible store elsewhere. Default: AWS.'),
  region: z
    .string()
    .regex(/^[a-z0-9-]+$/, { error: 'a region such as eu-central-1' })
    .exactOptional()
    .describe("The bucket's region. Default: the function's."),
  forcePathStyle: z.boolean().default(false).describe('Puts the bucket into the path instead of the host name.'),
  secret: secret()
    .exactOptional()
    .describe("For a store elsewhere: holds `{accessKeyId, secretAccessKey}`. Default: the function's own role."),
  kmsKey: kmsKey().exactOptional().describe('The KMS key that the objects are encrypted with, if any.'),
});

const kafka = z.strictObject({
  connection: text().describe('A `kafka` connection.'),
  topic: topic().describe('Where the records go. It must exist.'),
  key: text()
    .exactOptional()
    .describe("The result's column whose text is the record's key. Default: records without a key."),
  delivery: z
    .enum(['exactly-once', 'at-least-once'])
    .default('exactly-once')
    .describe(
      '`exactly-once`: whoever reads what is committed (`isolation.level=read_committed`) gets each record once, whatever fails; needs Kafka 4.0. `at-least-once`: after a failure records may come again.',
    ),
  ledger: z
    .enum(['dynamodb', 'kafka'])
    .default('dynamodb')
    .describe(
      'Where exactly-once keeps what is done: in a table of DynamoDB that is deployed with the functions, or in a consumer group for each object, for a broker of your own.',
    ),
  remember: duration()
    .prefault('400d')
    .describe('How long a finished object is known to be done, with `ledger: dynamodb`.'),
  dedupe: duration().prefault('1d').describe('The same, with `ledger: kafka`.'),
  maxGroups: z
    .int()
    .positive()
    .default(200)
    .describe('How many consumer groups `ledger: kafka` may leave on the broker.'),
  value: z
    .enum(['json', 'csv', 'raw'])
    .default('json')
    .describe("How a row is written: a JSON object, a CSV record, or the source record's own bytes."),
  csv: z
    .strictObject({
      delimiter: mark().default(',').describe('Between fields.'),
      quote: mark().default('"').describe('Around a field.'),
      escape: mark().default('"').describe('Before a quote inside a quoted field.'),
      quoteFields: z.enum(['always', 'as-needed']).default('as-needed').describe('Which fields are quoted.'),
    })
    .prefault({})
    .describe('How CSV is written; for `value: csv`.'),
  compression: z.enum(['none', 'gzip', 'snappy', 'lz4', 'zstd']).default('none').describe('Of the record batches.'),
  headers: z
    .boolean()
    .default(true)
    .describe('Whether records carry `sluice-bucket`, `sluice-key`, `sluice-version` and `sluice-offset`.'),
});

const rate = z.strictObject({
  records: z.int().positive().exactOptional().describe('Records a second, over all instances.'),
  bytes: bytes().exactOptional().describe('Bytes a second, over all instances.'),
  burst: z
    .int()
    .positive()
    .exactOptional()
    .describe('How many records may pass at once after a pause. Default: one second of `records`.'),
  shared: text().exactOptional().describe('A `redis` connection that the instances share the rate through.'),
  instances: z
    .int()
    .positive()
    .max(1000)
    .exactOptional()
    .describe('Without `shared`: how many instances there may be, each with its part of the rate. They are reserved.'),
});

export const exportSchema = z.strictObject({
  kind: z.literal('export').describe('Records of objects go to Kafka.'),
  name: ruleName(),
  description: ruleDescription(),
  source: source.describe('The objects.'),
  select: text().describe('The query that each object is put to, in the dialect of S3 Select.'),
  kafka: kafka.describe('Where the rows go.'),
  rate: rate.exactOptional().describe('The most that may pass in a second. Default: no limit.'),
  vpc: vpc.exactOptional().describe('The VPC that the function runs in. Default: public access.'),
  onError: onError
    .prefault('retain')
    .describe(
      'What a bad record does. `retain`: the run stops there. `discard`: it is counted and left out. `deadLetter`: it is kept elsewhere.',
    ),
  function: functionSettings('15m', 'How long one invocation may take; at most 15 minutes.')
    .prefault({})
    .describe('The function itself.'),
});

/** A rule of kind `export`, merged for one stage, with every default filled in. Sizes are bytes, durations seconds. */
export type ExportRule = z.output<typeof exportSchema>;
export type Trigger = (typeof TRIGGERS)[number];
