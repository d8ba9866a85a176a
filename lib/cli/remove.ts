import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { functionName } from '../rule/deployment/names.ts';
import { loadProject } from '../rule/disk.ts';
import { listRules } from '../rule/index.ts';
import { nearest } from '../rule/nearest.ts';
import { answer, type CliCommand } from './command.ts';
import { confirm } from './confirm.ts';
import { deployRules } from './deploy.ts';
import { Exit, usage } from './exit.ts';
import { serverless } from './serverless.ts';
import { stackName } from './stack-name.ts';

interface RemoveOptions {
  readonly yes?: boolean;
}

export const remove: CliCommand<RemoveOptions> = {
  usage: '<rule>',
  description:
    'Tells what goes and what stays, asks, removes the file of the rule and deploys without it. On AWS it goes from the given stage; other stages lose it with their next deployment.',
  options: [['-y, --yes', 'do not ask']],
  examples: [
    ['remove errors-to-kafka', 'from rules/ and from stage dev'],
    ['remove errors-to-kafka --stage prod --yes', 'from a script'],
  ],
  async run(context, [name = ''], { yes }) {
    const { root, env, stage, terminal } = context;
    const rules = listRules(await loadProject(root, env));
    const found = rules.filter((rule) => rule.name === name);
    const [rule] = found;
    if (rule === undefined) {
      const near = nearest(
        name,
        rules.map((each) => each.name),
      );
      throw usage(
        `there is no rule ${name}${near === undefined ? '' : `; did you mean ${near}?`}`,
        'sluice list shows the rules.',
      );
    }
    if (found.length > 1)
      throw usage(
        `${found.map(({ file }) => file).join(' and ')} both name the rule ${name}`,
        'Delete the file that is not wanted by hand.',
      );
    const fn = functionName(name, stage);
    const stack = await (await context.aws.stacks()).describe(await stackName(context));
    const deployed = stack?.functions.has(fn) === true;
    terminal.err(
      [
        `Goes:   ${rule.file}`,
        ...(deployed
          ? [`        on ${stage}: the function ${fn}, its role, what feeds it, its queue of failed events and its log`]
          : [`        nothing on ${stage}: it is not deployed there`]),
        'Stays:  buckets and their objects, topics and their records, tables and their rows, secrets, the functions of other stages until those are deployed',
      ].join('\n'),
    );
    await confirm(context, `Remove ${name}?`, yes);
    const file = join(root, rule.file);
    const text = await readFile(file);
    await rm(file);
    try {
      if (deployed && rules.length === 1) await serverless(context, 'remove');
      else if (deployed) await deployRules(context, { yes, removal: name });
    } catch (error) {
      // What is still on AWS keeps its file, so that the removal can be tried again.
      await writeFile(file, text);
      throw error;
    }
    answer(
      context,
      { rule: name, file: rule.file, stage, removedFromAws: deployed },
      () => `Removed ${name}${deployed ? ` from rules/ and from ${stage}` : ' from rules/'}.`,
    );
    return Exit.OK;
  },
};
