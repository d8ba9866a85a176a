import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadProject } from '../rule/disk.ts';
import { listRules, type Project, validateProject } from '../rule/index.ts';
import { exportForm } from './add-export.ts';
import { type Answers, type Form, flagOf, nameOf } from './add-form.ts';
import { postgresForm } from './add-postgres.ts';
import { type Questions, questions } from './add-questions.ts';
import { tdengineForm } from './add-tdengine.ts';
import { commandLine, ruleText } from './add-text.ts';
import { answer, type CliCommand, type Context } from './command.ts';
import { Exit, usage } from './exit.ts';
import { problemEntry, problemLines } from './problem.ts';

const FORMS = { export: exportForm, 'postgres-sink': postgresForm, 'tdengine-sink': tdengineForm } as const;
type Kind = keyof typeof FORMS;
const KINDS = Object.keys(FORMS) as Kind[];

/** Kinds share some: each option is declared once. */
const OPTIONS = new Map(Object.values(FORMS).flatMap(({ fields }) => fields.map((field) => [field.flags, field])));

export const add: CliCommand<Answers> = {
  usage: '[name]',
  description:
    'Makes the file of a new rule. On a terminal it asks for what the options do not say, and lists buckets, topics, databases and tables where it can; else the options say all of it.',
  options: [
    ['--kind <kind>', `${KINDS.join(', ')}; without anybody to ask, export unless you say`],
    ...[...OPTIONS.values()].map(({ flags, description }) => [flags, description] as const),
  ],
  examples: [
    ['add', 'asks for everything'],
    [
      `add errors-to-kafka --bucket my-logs --prefix access/ --format csv --header use --select "SELECT * FROM S3Object s WHERE s.status >= 500" --connection main --topic errors`,
      'asks for nothing',
    ],
    [
      'add errors-to-postgres --kind postgres-sink --connection main --topics errors --message json --target warehouse --table errors --mode upsert --primary-key id',
      'from Kafka into a table',
    ],
  ],
  async run(context, [name], options) {
    const { root, env, terminal, json } = context;
    await mkdir(join(root, 'rules'), { recursive: true });
    const project = await loadProject(root, env);
    const rule =
      terminal.interactive && !json ? await asked(context, project, name, options) : unasked(project, name, options);
    const { form } = rule;
    const file = `rules/${rule.name}.yml`;
    const text = ruleText(rule.kind, rule.name, form, rule.answers);
    const drafted = await loadProject(root, env, new Map([[file, text]]));
    const problems = validateProject(drafted).filter(({ context: { file: place } }) => place === file);
    if (problems.length > 0) {
      for (const problem of problems)
        for (const line of problemLines(problem, terminal.errColors, false)) terminal.err(line);
      if (json) terminal.out(JSON.stringify({ problems: problems.map(problemEntry) }, null, 2));
      terminal.err(
        `\nNothing was written. Once more, mended:\n  ${commandLine(rule.kind, rule.name, form, rule.answers)}`,
      );
      return Exit.USAGE;
    }
    await writeFile(join(root, file), text, { flag: 'wx' });
    answer(context, { rule: rule.name, file }, () => [
      `Wrote ${file}.`,
      `Try it:    npx sluice preview ${rule.name}${form.preview}`,
      `Deploy it: npx sluice deploy`,
    ]);
    return Exit.OK;
  },
};

interface NewRule {
  readonly kind: Kind;
  readonly name: string;
  readonly form: Form;
  readonly answers: Answers;
}

function unasked(project: Project, name: string | undefined, options: Answers): NewRule {
  const kind = kindOf(options['kind'] ?? 'export');
  const form = FORMS[kind];
  const answers = answersOf(kind, options);
  const missing = form.fields.filter((field) => field.needed === true && !answers[nameOf(field)]);
  if (name === undefined || missing.length > 0) {
    const flags = [...(name === undefined ? ['the name'] : []), ...missing.map((field) => `--${flagOf(field)}`)];
    throw usage(
      `there is nobody to ask for ${flags.join(', ')}`,
      'Give them on the command line; sluice add --help shows an example.',
    );
  }
  return { kind, name: newName(project, name), form, answers };
}

async function asked(context: Context, project: Project, name: string | undefined, options: Answers): Promise<NewRule> {
  const asking = questions(context.terminal);
  const kind = kindOf(options['kind'] ?? (await asking.choose('Kind', KINDS, true)));
  const form = FORMS[kind];
  const chosen = newName(project, name ?? (await askForName(asking)));
  let answers = answersOf(kind, options);
  for (const field of form.fields) {
    if (field.ask === undefined || answers[nameOf(field)] !== undefined) continue;
    const said = await field.ask({ context, project, questions: asking, answers });
    answers = { ...answers, [nameOf(field)]: said };
  }
  return { kind, name: chosen, form, answers };
}

function askForName({ ask }: Questions): Promise<string> {
  return ask('Name of the rule (its function is <name>-<stage>; it never changes)', /^[A-Za-z][A-Za-z0-9_-]*$/);
}

function kindOf(text: string): Kind {
  const kind = KINDS.find((each) => each === text);
  if (kind !== undefined) return kind;
  throw usage(`there is no kind of rule ${text}`, `Kinds: ${KINDS.join(', ')}.`);
}

/** The options that are of this kind; one of another would be forgotten without a word. */
function answersOf(kind: Kind, options: Answers): Answers {
  const own = new Set(FORMS[kind].fields.map(nameOf));
  const foreign = [...OPTIONS.values()].filter((field) => {
    const name = nameOf(field);
    return options[name] !== undefined && !own.has(name);
  });
  if (foreign.length > 0) {
    const flags = foreign.map((field) => `--${flagOf(field)}`).join(', ');
    throw usage(`a rule of kind ${kind} has no ${flags}`, 'Give its --kind, or leave that out.');
  }
  return Object.fromEntries(Object.entries(options).filter(([name]) => own.has(name)));
}

function newName(project: Project, name: string): string {
  if (!listRules(project).some((rule) => rule.name === name)) return name;
  throw usage(`there is a rule ${name} already`, 'Choose another name, or change that rule with sluice edit.');
}
