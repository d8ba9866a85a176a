import type { CliCommand } from './command.ts';

interface Entry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<CliCommand>;
}

/** Each command is loaded when it is called: `sluice --help` must not wait for AWS's clients. */
export const COMMANDS: readonly Entry[] = [
  {
    name: 'list',
    summary: 'each rule: deployed or not, changed, altered on AWS, and its last run',
    load: async () => (await import('./list.ts')).list,
  },
  {
    name: 'show',
    summary: 'a rule as its stage sees it, and where each value came from',
    load: async () => (await import('./show.ts')).show,
  },
  {
    name: 'check',
    summary: 'is everything that a rule needs there and allowed, else how to mend it',
    load: async () => (await import('./check.ts')).check,
  },
  {
    name: 'preview',
    summary: 'the rule over an object, a file or messages of its topics; nothing is written',
    load: async () => (await import('./preview.ts')).preview,
  },
  {
    name: 'select',
    summary: 'an S3 Select query over a file, an object or standard input; needs no rule',
    load: async () => (await import('./select.ts')).select,
  },
  {
    name: 'trigger',
    summary: 'run the deployed rule over one object that is there already',
    load: async () => (await import('./trigger.ts')).trigger,
  },
  {
    name: 'backfill',
    summary: 'run the deployed rule over all objects that are there already',
    load: async () => (await import('./backfill.ts')).backfill,
  },
  {
    name: 'run',
    summary: 'poll the topics of a sink and write what comes, without a function',
    load: async () => (await import('./run.ts')).run,
  },
  {
    name: 'resume',
    summary: 'go on with what stands still, when what it stopped for is mended',
    load: async () => (await import('./resume.ts')).resume,
  },
  {
    name: 'replay',
    summary: 'take dead letters through the mended rule, each once',
    load: async () => (await import('./replay.ts')).replay,
  },
  {
    name: 'redrive',
    summary: 'try parked events again',
    load: async () => (await import('./redrive.ts')).redrive,
  },
  {
    name: 'logs',
    summary: 'runs of a rule, or one run whole',
    load: async () => (await import('./logs.ts')).logs,
  },
  {
    name: 'add',
    summary: 'make a rule file by answering questions',
    load: async () => (await import('./add.ts')).add,
  },
  {
    name: 'edit',
    summary: 'change a rule in your editor, see what changes, deploy it',
    load: async () => (await import('./edit.ts')).edit,
  },
  {
    name: 'remove',
    summary: 'take a rule away, here and on AWS',
    load: async () => (await import('./remove.ts')).remove,
  },
  {
    name: 'deploy',
    summary: 'validate the rules and deploy them',
    load: async () => (await import('./deploy.ts')).deploy,
  },
];
