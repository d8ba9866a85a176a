import { FORMATS } from '../rule/schema/export.ts';
import { bucketChoices, connectionChoices, topicChoices } from './add-choices.ts';
import { ANYTHING, type Form, given } from './add-form.ts';

const SELECT = 'SELECT * FROM S3Object s';
const DELIVERY = /^(|exactly-once|at-least-once)$/;

export const exportForm: Form = {
  fields: [
    {
      flags: '--bucket <bucket>',
      description: 'the bucket',
      needed: true,
      ask: async ({ questions, context }) => questions.choose('Bucket', await bucketChoices(context)),
    },
    {
      flags: '--prefix <prefix>',
      description: 'how the keys begin',
      ask: ({ questions }) => questions.ask('Prefix of the keys (empty: all)', ANYTHING),
    },
    {
      flags: '--suffix <suffix>',
      description: 'how the keys end',
      ask: ({ questions }) => questions.ask('Suffix of the keys, such as .csv.gz (empty: all)', ANYTHING),
    },
    {
      flags: '--format <format>',
      description: FORMATS.join(', '),
      needed: true,
      ask: ({ questions }) => questions.choose('Format', FORMATS, true),
    },
    {
      flags: '--header <use>',
      description: 'of CSV: use, ignore or none',
      ask: async ({ questions, answers }) =>
        answers['format'] === 'csv' ? questions.choose('Header record', ['use', 'ignore', 'none'], true) : '',
    },
    {
      flags: '--select <query>',
      description: 'the query that each object is put to',
      needed: true,
      ask: async ({ questions }) => (await questions.ask(`Query [${SELECT}]`, ANYTHING)) || SELECT,
    },
    {
      flags: '--connection <name>',
      description: 'a Kafka connection of connections.yml',
      needed: true,
      ask: ({ questions, project, context }) =>
        questions.choose('Kafka connection', connectionChoices(project, context, 'kafka')),
    },
    {
      flags: '--topic <topic>',
      description: 'where the rows go',
      needed: true,
      ask: async ({ questions, project, context, answers }) =>
        questions.choose('Topic', await topicChoices(project, context, answers['connection'] ?? '')),
    },
    {
      flags: '--key <column>',
      description: "the result's column that is the key of a record",
      ask: ({ questions }) => questions.ask('Column that is the key of a record (empty: none)', ANYTHING),
    },
    {
      flags: '--delivery <delivery>',
      description: 'exactly-once (default) or at-least-once',
      ask: ({ questions }) =>
        questions.ask('Delivery: exactly-once (needs Kafka 4.0) or at-least-once [exactly-once]', DELIVERY),
    },
    { flags: '--on-error <policy>', description: 'what a bad record does: retain or discard' },
  ],
  rule: ({ bucket, prefix, suffix, format, header, select, connection, topic, key, delivery, onError }) => ({
    source: { bucket, ...given({ prefix, suffix }), format, ...(header ? { csv: { header } } : {}) },
    select,
    kafka: { connection, topic, ...given({ key }), delivery: delivery || 'exactly-once' },
    ...given({ onError }),
  }),
  preview: ' <a local file>',
};
