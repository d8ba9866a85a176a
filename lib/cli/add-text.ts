import { stringify } from 'yaml';
import { type Answers, type Form, flagOf, nameOf } from './add-form.ts';

/** The file of a new rule: what was asked for, and of the defaults only what a reader should know of. */
export function ruleText(kind: string, name: string, form: Form, answers: Answers): string {
  const rule = { kind, name, ...form.rule(answers) };
  return `# yaml-language-server: $schema=rule.schema.json\n${stringify(rule, { lineWidth: 0 })}`;
}

/** The command that would have asked nothing. */
export function commandLine(kind: string, name: string, form: Form, answers: Answers): string {
  const quote = (value: string) => (/^[\w.,/:-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`);
  const flags = form.fields.flatMap((field) => {
    const value = answers[nameOf(field)];
    return value ? [`--${flagOf(field)} ${quote(value)}`] : [];
  });
  return ['sluice add', name, ...(kind === 'export' ? [] : [`--kind ${kind}`]), ...flags].join(' ');
}
