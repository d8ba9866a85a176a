import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { SluiceError } from '../failure/index.ts';
import { loadProject } from '../rule/disk.ts';
import { listRules, type Origin, originsOf, type Project, resolveRule, validateProject } from '../rule/index.ts';
import { lastingProblems } from '../rule/lasting.ts';
import { answer, type CliCommand, type Context, lineFor } from './command.ts';
import { confirm } from './confirm.ts';
import { deployRules } from './deploy.ts';
import { Exit, refused, usage } from './exit.ts';
import { changeLines, changesOf } from './origin-diff.ts';
import { problemLines } from './problem.ts';

interface EditOptions {
  readonly yes?: boolean;
  readonly deploy: boolean;
}

export const edit: CliCommand<EditOptions> = {
  usage: '<rule>',
  description:
    'Opens the file of a rule in $VISUAL or $EDITOR until it is right, shows what changes on the stage, asks, writes it and deploys. An object that is under way goes on by the new rule from where it stands. The name of a rule never changes, nor where a sink begins.',
  options: [
    ['-y, --yes', 'do not ask'],
    ['--no-deploy', 'only change the file'],
  ],
  examples: [
    ['edit errors-to-kafka', 'edit, look at the changes, deploy to stage dev'],
    ['edit errors-to-kafka --no-deploy', 'edit and validate only'],
  ],
  async run(context, [name = ''], { yes, deploy }) {
    const { root, env, stage, terminal } = context;
    const editor = env['VISUAL'] || env['EDITOR'];
    if (editor === undefined) throw usage('no editor is named', 'Set EDITOR, for example: export EDITOR=nano');
    const project = await loadProject(root, env);
    const rule = listRules(project).find((each) => each.name === name);
    // Says which names there are, and which one was meant.
    if (rule === undefined) throw resolveFailure(() => resolveRule(project, name, stage));
    const file = join(root, rule.file);
    const text = await readFile(file, 'utf8');
    const before = valuesOrNone(() => originsOf(resolveRule(project, name, stage)));
    const draft = await edited(context, editor, { file: rule.file, name, text }, project);
    if (draft === text) {
      answer(context, { rule: name, changed: false }, () => 'Nothing was changed.');
      return Exit.OK;
    }
    const drafted = await loadProject(root, env, new Map([[rule.file, draft]]));
    const changes = changesOf(before, originsOf(resolveRule(drafted, name, stage)));
    const { errColors } = terminal;
    const seen =
      changes.length === 0 ? [`Nothing changes on ${stage}.`] : [`On ${stage}:`, ...changeLines(changes, errColors)];
    terminal.err(seen.join('\n'));
    await confirm(context, deploy ? `Write ${rule.file} and deploy to ${stage}?` : `Write ${rule.file}?`, yes);
    await writeFile(file, draft);
    if (deploy) await deployRules(context, { yes });
    answer(context, { rule: name, changed: true, changes, deployed: deploy }, () =>
      deploy
        ? `Changed and deployed to ${stage}.`
        : `Changed ${rule.file}; deploy it with ${lineFor(context, 'deploy')}.`,
    );
    return Exit.OK;
  },
};

interface Draft {
  readonly file: string;
  readonly name: string;
  readonly text: string;
}

/** Opens a copy until it is right. Throws `Refused` when the user gives up. */
async function edited(context: Context, editor: string, { file, name, text }: Draft, before: Project): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-edit-'));
  const copy = join(folder, basename(file));
  try {
    await writeFile(copy, text);
    for (;;) {
      // An editor may be named with its arguments (`code --wait`).
      const code = await context.spawn('sh', ['-c', `${editor} "$1"`, 'sh', copy], {});
      if (code !== 0)
        throw refused(`the editor ended with exit code ${code}; nothing was changed`, `Check that ${editor} works.`);
      const draft = await readFile(copy, 'utf8');
      const problems = await problemsOf(context, { file, name, text: draft }, before);
      if (problems.length === 0) return draft;
      for (const problem of problems)
        for (const line of problemLines(problem, context.terminal.errColors, false)) context.terminal.err(line);
      await confirm(context, 'Edit it again?', undefined);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What is wrong with a project in which one file has this text. */
async function problemsOf(
  { root, env }: Context,
  { file, name, text }: Draft,
  before: Project,
): Promise<readonly SluiceError[]> {
  const project = await loadProject(root, env, new Map([[file, text]]));
  const now = project.rules.find(({ path }) => path === file);
  if (now !== undefined && now.name !== name) {
    const rename = new SluiceError(
      'Refused',
      `name was changed from ${name} to ${now.name ?? 'nothing'}; a rule is its name`,
      {
        stage: 'cli',
        context: { file, line: now.at.line },
        fix: `Put ${name} back. For another name: copy the file under that name, deploy, and sluice remove ${name} when the new one has taken over.`,
      },
    );
    return [rename];
  }
  const wrong = validateProject(project).filter(({ context }) => context.file === file);
  return wrong.length > 0 ? wrong : lastingProblems(before, project, name);
}

function valuesOrNone(read: () => readonly Origin[]): readonly Origin[] {
  try {
    return read();
  } catch {
    // The file was wrong before: everything in it is new.
    return [];
  }
}

function resolveFailure(resolve: () => unknown): unknown {
  try {
    return resolve();
  } catch (error) {
    return error;
  }
}
