import { connectionChoices } from './add-choices.ts';
import { ANYTHING, type Answers, type Asking, type Form, given, listOf } from './add-form.ts';
import { keyOf, schemaChoices, tableChoices } from './add-postgres-choices.ts';
import { ON_ERROR, SOURCE_FIELDS, sourceOf } from './add-sink.ts';

const MODES = ['insert', 'upsert', 'mirror'] as const;

export const postgresForm: Form = {
  fields: [
    ...SOURCE_FIELDS,
    {
      flags: '--target <name>',
      description: 'of a sink: the PostgreSQL or TDengine connection that it writes to',
      needed: true,
      ask: ({ questions, project, context }) =>
        questions.choose('PostgreSQL connection', connectionChoices(project, context, 'postgres')),
    },
    {
      flags: '--schema <schema>',
      description: 'of postgres-sink: public, unless you say',
      ask: async (asking) => {
        const schemas = await schemaChoices(asking);
        const chosen = await asking.questions.choose('Schema', schemas.length === 0 ? ['public'] : schemas);
        return chosen === 'public' ? '' : chosen;
      },
    },
    {
      flags: '--table <table>',
      description: 'of postgres-sink: the table',
      needed: true,
      ask: async (asking) => asking.questions.choose('Table, or a new one', (await tableChoices(asking)) ?? []),
    },
    {
      flags: '--create-table <columns>',
      description: 'of postgres-sink: what a missing table is made with: "id text, status int", or event',
      ask: (asking) => askForColumns(asking),
    },
    {
      flags: '--mode <mode>',
      description: `of postgres-sink: ${MODES.join(', ')}`,
      needed: true,
      ask: ({ questions, answers }) =>
        questions.choose('Mode', answers['message'] === 'debezium' ? [...MODES].reverse() : MODES, true),
    },
    {
      flags: '--primary-key <columns>',
      description: 'of postgres-sink: the columns that tell rows apart, with commas',
      ask: (asking) => askForKey(asking),
    },
    ON_ERROR,
  ],
  rule: (answers) => {
    const { target, schema, table, mode, primaryKey, createTable, onError } = answers;
    return {
      ...sourceOf(answers),
      target: { connection: target, ...given({ schema }), table },
      mode,
      ...(primaryKey ? { primaryKey: listOf(primaryKey) } : {}),
      ...(createTable ? { createTable: createTable === 'event' ? true : columnsOf(createTable) } : {}),
      ...given({ onError }),
    };
  },
  preview: '',
};

/** Nothing where the table is known to be there. */
async function askForColumns(asking: Asking): Promise<string> {
  const { questions, answers } = asking;
  const tables = await tableChoices(asking);
  if (tables === undefined || tables.includes(answers['table'] ?? '')) return '';
  if (answers['message'] === 'debezium') return 'event';
  return questions.ask('Its columns, such as id text, status int (empty: you make it yourself)', COLUMNS);
}

async function askForKey(asking: Asking): Promise<string> {
  const { questions, answers } = asking;
  if (answers['mode'] !== 'upsert') return '';
  const key = (await keyOf(asking)).join(',');
  const pattern = key === '' ? /./ : ANYTHING;
  return (await questions.ask(`Primary key, with commas${key === '' ? '' : ` [${key}]`}`, pattern)) || key;
}

/** Commas between brackets belong to a type. */
const BETWEEN = /,(?![^(]*\))/;
const COLUMNS = /^$|^\s*\S+\s+\S/;

function columnsOf(text: string): Answers {
  return Object.fromEntries(
    text.split(BETWEEN).map((column) => {
      const [name = '', ...type] = column.trim().split(/\s+/);
      return [name, type.join(' ')];
    }),
  );
}
