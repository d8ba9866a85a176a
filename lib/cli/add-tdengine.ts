import { connectionChoices } from './add-choices.ts';
import { ANYTHING, type Answers, type Asking, type Form, given, listOf } from './add-form.ts';
import { ON_ERROR, SOURCE_FIELDS, sourceOf } from './add-sink.ts';
import { databaseChoices, superTableChoices, tagsOf } from './add-tdengine-choices.ts';

/** `message-time`, or a field and what it holds. */
const TIME = /^$|^message-time$|^[^:]+:.+$/;
const UNITS = ['s', 'ms', 'us', 'ns'];

export const tdengineForm: Form = {
  fields: [
    ...SOURCE_FIELDS,
    {
      flags: '--target <name>',
      description: 'of a sink: the PostgreSQL or TDengine connection that it writes to',
      needed: true,
      ask: ({ questions, project, context }) =>
        questions.choose('TDengine connection', connectionChoices(project, context, 'tdengine')),
    },
    {
      flags: '--database <database>',
      description: 'of tdengine-sink: the database',
      needed: true,
      ask: async (asking) => asking.questions.choose('Database, or a new one', (await databaseChoices(asking)) ?? []),
    },
    {
      flags: '--super-table <table>',
      description: 'of tdengine-sink: the super table',
      needed: true,
      ask: async (asking) =>
        asking.questions.choose('Super table, or a new one', (await superTableChoices(asking)) ?? []),
    },
    {
      flags: '--sample <message>',
      description: 'of tdengine-sink: an example message; a super table that is missing is made from it',
      ask: (asking) => askForSample(asking),
    },
    {
      flags: '--tags <tags>',
      description: 'of tdengine-sink: its tags, with commas: each a field, or tag=field',
      needed: true,
      ask: (asking) => askForTags(asking),
    },
    {
      flags: '--sub-table <name>',
      description: 'of tdengine-sink: how sub-tables are called, such as t_{id}',
      needed: true,
      ask: async ({ questions, answers }) => {
        const [first] = Object.values(tagMap(answers['tags']));
        const usual = `t_{${first}}`;
        return (await questions.ask(`Sub-table [${usual}]`, ANYTHING)) || usual;
      },
    },
    {
      flags: '--timestamp <time>',
      description: 'of tdengine-sink: message-time (default), or a field with its unit or format: ts:ms, at:rfc3339',
      ask: ({ questions }) =>
        questions.ask(
          'Timestamp: message-time, or a field with its unit or format, such as ts:ms or at:rfc3339 [message-time]',
          TIME,
        ),
    },
    ON_ERROR,
  ],
  rule: (answers) => {
    const { target, database, superTable, sample, tags, subTable, timestamp, onError } = answers;
    return {
      ...sourceOf(answers),
      target: { connection: target, database, superTable },
      ...(sample ? { create: { database: { precision: 'ms' }, infer: true } } : {}),
      subTable,
      timestamp: timeOf(timestamp),
      tags: tagMap(tags),
      ...given({ onError }),
    };
  },
  preview: '',
};

/** Nothing where the super table is known to be there. */
async function askForSample(asking: Asking): Promise<string> {
  const known = await superTableChoices(asking);
  if (known?.includes(asking.answers['superTable'] ?? '') === true) return '';
  return asking.questions.ask('An example message to make it from (empty: you make it yourself)', ANYTHING);
}

async function askForTags(asking: Asking): Promise<string> {
  const tags = (await tagsOf(asking)).join(',');
  const usual = tags === '' ? '' : ` [${tags}]`;
  const question = `Tags, with commas: each a field, or tag=field${usual}`;
  return (await asking.questions.ask(question, usual === '' ? /./ : ANYTHING)) || tags;
}

function tagMap(text: string | undefined): Answers {
  return Object.fromEntries(
    listOf(text).map((each) => {
      const [tag = '', field = tag] = each.split(/\s*=\s*/);
      return [tag, field];
    }),
  );
}

function timeOf(text: string | undefined): unknown {
  const [, field, what] = /^([^:]+):(.+)$/.exec(text ?? '') ?? [];
  if (field === undefined || what === undefined) return text || 'message-time';
  return UNITS.includes(what) ? { field, unit: what } : { field, format: what };
}
