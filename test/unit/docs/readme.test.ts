import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { COMMANDS } from '../../../lib/cli/commands.ts';
import { PROJECT } from '../../../local/project.ts';

const textOf = (...file: string[]) => readFileSync(path.join(PROJECT, ...file), 'utf8');
const README = textOf('README.md');
const rules = readdirSync(path.join(PROJECT, 'rules')).filter((file) => file.endsWith('.yml'));

test.each(rules)('the README shows rules/%s as it is', (file) => {
  // Its first line is for editors.
  const shown = textOf('rules', file).replace(/^# yaml-language-server.*\n/, '');
  expect(README).toContain(`\`\`\`yaml\n${shown}\`\`\``);
});

test('the README names every command', () => {
  const table = README.slice(README.indexOf('| command'), README.indexOf('Every command takes'));
  expect(COMMANDS.map(({ name }) => name).filter((name) => !new RegExp(`\`${name}\\b`).test(table))).toEqual([]);
});
