/** What rules of both sinks ask for: where messages come from, and what they are. */
import { MESSAGE_FORMATS } from '../message/options.ts';
import { connectionChoices, topicChoices } from './add-choices.ts';
import { type Answers, type Field, given, listOf } from './add-form.ts';

export const SOURCE_FIELDS: readonly Field[] = [
  {
    flags: '--connection <name>',
    description: 'a Kafka connection of connections.yml',
    needed: true,
    ask: ({ questions, project, context }) =>
      questions.choose('Kafka connection', connectionChoices(project, context, 'kafka')),
  },
  {
    flags: '--topics <topics>',
    description: 'of a sink: its topics, with commas',
    needed: true,
    ask: async ({ questions, project, context, answers }) =>
      questions.chooseSome('Topics, with commas', await topicChoices(project, context, answers['connection'] ?? '')),
  },
  {
    flags: '--message <format>',
    description: `of a sink: what a message is, ${MESSAGE_FORMATS.join(', ')}`,
    needed: true,
    ask: ({ questions }) => questions.choose('Messages are', MESSAGE_FORMATS, true),
  },
];

export const ON_ERROR: Field = {
  flags: '--on-error <policy>',
  description: 'what a bad record or message does: retain or discard',
};

export function sourceOf({ connection, topics, message, sample }: Answers): object {
  return {
    source: { connection, topics: listOf(topics) },
    message: { format: message, ...given({ sample }) },
  };
}
