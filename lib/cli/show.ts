import { functionName } from '../rule/deployment/names.ts';
import { loadProject } from '../rule/disk.ts';
import { type Origin, originsOf, resolveRule } from '../rule/index.ts';
import { answer, type CliCommand } from './command.ts';
import { Exit } from './exit.ts';
import { printable, table } from './table.ts';
import type { Colors } from './terminal.ts';

export const show: CliCommand = {
  usage: '<rule>',
  description:
    'Shows a rule merged for its stage, with every default, and where each value came from: its line, the stage block it stands in, or the default.',
  examples: [
    ['show errors-to-kafka', 'as stage dev sees it'],
    ['show errors-to-kafka --stage prod --json', 'for scripts, as stage prod sees it'],
  ],
  async run(context, [name = '']) {
    const { stage, terminal } = context;
    const project = await loadProject(context.root, context.env);
    const resolved = resolveRule(project, name, stage);
    const { file, rule, bundle } = resolved;
    const origins = originsOf(resolved);
    const document = {
      name,
      stage,
      file,
      function: functionName(name, stage),
      hash: bundle.hash,
      rule,
      connections: bundle.connections,
      values: origins,
    };
    answer(context, document, () => [
      `${terminal.colors.bold(name)}  stage ${stage}, function ${functionName(name, stage)}, ${file}`,
      '',
      ...table(
        [{ title: 'value of' }, { title: 'from' }, { title: 'is' }],
        origins.map((each) => row(each, stage, terminal.colors)),
        terminal.columns,
      ),
    ]);
    return Exit.OK;
  },
};

function row(origin: Origin, stage: string, colors: Colors): string[] {
  return [origin.path, originText(origin, stage, colors), valueText(origin.value)];
}

export function valueText(value: unknown): string {
  return printable(typeof value === 'string' && value !== '' && value.trim() === value ? value : JSON.stringify(value));
}

export function originText({ from, file, line, variables }: Origin, stage: string, colors: Colors): string {
  if (from === 'default') return colors.dim('default');
  const block = from === 'stage' ? ` (stage ${stage})` : '';
  const inserted = variables.length === 0 ? '' : ` with ${variables.map((name) => `\${${name}}`).join(', ')}`;
  return `${file}:${line}${block}${inserted}`;
}
