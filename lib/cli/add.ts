import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadProject } from '../rule/disk.ts';
import { listRules, type Project, validateProject } from '../rule/index.ts';
import { FORMATS } from '../rule/schema/export.ts';
import { bucketChoices, connectionChoices, topicChoices } from './add-choices.ts';
import { questions } from './add-questions.ts';
import { type RuleAnswers, ruleText } from './add-text.ts';
import { answer, type CliCommand, type Context } from './command.ts';
import { Exit, usage } from './exit.ts';
import { problemEntry, problemLines } from './problem.ts';

export const add: CliCommand<Partial<RuleAnswers>> = {
  usage: '[name]',
  description:
    'Makes the file of a new export rule. On a terminal it asks for what the options do not say, and lists buckets and topics where it can; else the options say all of it.',
  options: [
    ['--bucket <bucket>', 'the bucket'],
    ['--prefix <prefix>', 'how the keys begin'],
    ['--suffix <suffix>', 'how the keys end'],
    ['--format <format>', FORMATS.join(', ')],
    ['--header <use>', 'of CSV: use, ignore or none'],
    ['--select <query>', 'the query that each object is put to'],
    ['--connection <name>', 'a Kafka connection of connections.yml'],
    ['--topic <topic>', 'where the rows go'],
    ['--key <column>', "the result's column that is the key of a record"],
    ['--delivery <delivery>', 'exactly-once (default) or at-least-once'],
    ['--on-error <policy>', 'what a bad record does: retain or discard'],
  ],
  examples: [
    ['add', 'asks for everything'],
    [
      `add errors-to-kafka --bucket my-logs --prefix access/ --format csv --header use --select "SELECT * FROM S3Object s WHERE s.status >= 500" --connection main --topic errors`,
      'asks for nothing',
    ],
  ],
  async run(context, [name], given) {
    const { root, env, terminal, json } = context;
    await mkdir(join(root, 'rules'), { recursive: true });
    const project = await loadProject(root, env);
    const known: Partial<RuleAnswers> = { ...given, ...(name === undefined ? {} : { name }) };
    const answers = terminal.interactive && !json ? await asked(context, project, known) : complete(known);
    requireNew(project, answers.name);
    const file = `rules/${answers.name}.yml`;
    const text = ruleText(answers);
    const drafted = await loadProject(root, env, new Map([[file, text]]));
    const problems = validateProject(drafted).filter(({ context: { file: place } }) => place === file);
    if (problems.length > 0) {
      for (const problem of problems)
        for (const line of problemLines(problem, terminal.errColors, false)) terminal.err(line);
      if (json) terminal.out(JSON.stringify({ problems: problems.map(problemEntry) }, null, 2));
      terminal.err(`\nNothing was written. Once more, mended:\n  ${commandLine(answers)}`);
      return Exit.USAGE;
    }
    await writeFile(join(root, file), text, { flag: 'wx' });
    answer(context, { rule: answers.name, file }, () => [
      `Wrote ${file}.`,
      `Try it:    npx sluice preview ${answers.name} <a local file>`,
      `Deploy it: npx sluice deploy`,
    ]);
    return Exit.OK;
  },
};

function requireNew(project: Project, name: string): void {
  if (!listRules(project).some((rule) => rule.name === name)) return;
  throw usage(`there is a rule ${name} already`, 'Choose another name, or change that rule with sluice edit.');
}

const DELIVERY = /^(|exactly-once|at-least-once)$/;
const NEEDED = ['name', 'bucket', 'format', 'select', 'connection', 'topic'] as const;

function complete(known: Partial<RuleAnswers>): RuleAnswers {
  const missing = NEEDED.filter((each) => !known[each]);
  if (missing.length === 0) return known as RuleAnswers;
  const flags = missing.map((each) => (each === 'name' ? 'the name' : `--${each}`)).join(', ');
  throw usage(
    `there is nobody to ask for ${flags}`,
    'Give them on the command line; sluice add --help shows an example.',
  );
}

async function asked(context: Context, project: Project, known: Partial<RuleAnswers>): Promise<RuleAnswers> {
  const answers: Record<string, string> = { ...known };
  const { ask, choose } = questions(context.terminal);
  const want = async (field: keyof RuleAnswers, how: () => Promise<string>) => {
    answers[field] ??= await how();
  };
  const connections = connectionChoices(project, context);
  await want('name', () =>
    ask('Name of the rule (its function is <name>-<stage>; it never changes)', /^[A-Za-z][A-Za-z0-9_-]*$/),
  );
  requireNew(project, answers['name'] ?? '');
  await want('bucket', async () => choose('Bucket', await bucketChoices(context)));
  await want('prefix', () => ask('Prefix of the keys (empty: all)', /^/));
  await want('suffix', () => ask('Suffix of the keys, such as .csv.gz (empty: all)', /^/));
  await want('format', () => choose('Format', FORMATS, true));
  if (answers['format'] === 'csv') await want('header', () => choose('Header record', ['use', 'ignore', 'none'], true));
  await want('select', async () => (await ask('Query [SELECT * FROM S3Object s]', /^/)) || 'SELECT * FROM S3Object s');
  await want('connection', () => choose('Kafka connection', connections));
  await want('topic', async () => choose('Topic', await topicChoices(project, context, answers['connection'] ?? '')));
  await want('key', () => ask('Column that is the key of a record (empty: none)', /^/));
  await want(
    'delivery',
    async () =>
      (await ask('Delivery: exactly-once (needs Kafka 4.0) or at-least-once [exactly-once]', DELIVERY)) ||
      'exactly-once',
  );
  return complete(answers);
}

const FLAGS = [
  ['bucket', '--bucket'],
  ['prefix', '--prefix'],
  ['suffix', '--suffix'],
  ['format', '--format'],
  ['header', '--header'],
  ['select', '--select'],
  ['connection', '--connection'],
  ['topic', '--topic'],
  ['key', '--key'],
  ['delivery', '--delivery'],
  ['onError', '--on-error'],
] as const;

function commandLine(answers: RuleAnswers): string {
  const quote = (value: string) => (/^[\w./:-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`);
  const flags = FLAGS.flatMap(([field, flag]) => (answers[field] ? [`${flag} ${quote(answers[field])}`] : []));
  return ['sluice add', answers.name, ...flags].join(' ');
}
