import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SluiceError } from '../failure/index.ts';
import { bundlePath } from './bundle.ts';
import { type Project, readProject } from './project.ts';
import type { SourceFile } from './read.ts';
import type { RuleBundle } from './schema.ts';
import type { Environment } from './variables.ts';

/**
 * Reads `rules/*.yml` (and `.yaml`) and `connections.yml` of a folder. What is wrong inside them is not judged here.
 * Throws SluiceError (`NoProject`) when there is no `rules` folder.
 *
 * @param drafts texts that stand for files of these paths (`rules/a.yml`), whether the disk has them or not.
 */
export async function loadProject(
  dir: string,
  env: Environment,
  drafts: ReadonlyMap<string, string> = new Map(),
): Promise<Project> {
  const names = await readdir(join(dir, 'rules')).catch((cause: unknown) => {
    throw new SluiceError('NoProject', `there is no folder rules/ in ${dir}`, {
      stage: 'rule',
      fix: 'Run this where rules/ and connections.yml are, or make a rule with sluice add.',
      cause,
    });
  });
  const found = names.filter((name) => /\.ya?ml$/.test(name)).map((name) => `rules/${name}`);
  const paths = [...new Set([...found, ...drafts.keys()])].sort();
  const rules = await Promise.all(
    paths.map((path) => {
      const draft = drafts.get(path);
      return draft === undefined ? source(dir, path) : { path, text: draft };
    }),
  );
  const connections = await source(dir, 'connections.yml').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  return readProject({ rules, ...(connections === undefined ? {} : { connections }) }, env);
}

async function source(dir: string, path: string): Promise<SourceFile> {
  return { path, text: await readFile(join(dir, path), 'utf8') };
}

/** Writes what each function is deployed with, and takes away what was written for rules that are no more. */
export async function writeBundles(dir: string, stage: string, bundles: readonly RuleBundle[]): Promise<void> {
  const folder = join(dir, '.sluice', stage);
  await mkdir(folder, { recursive: true });
  const wanted = new Set(bundles.map(({ rule }) => `${rule.name}.json`));
  const stale = (await readdir(folder)).filter((name) => !wanted.has(name));
  await Promise.all([
    ...stale.map((name) => rm(join(folder, name), { force: true })),
    ...bundles.map((bundle) =>
      writeFile(join(dir, bundlePath(stage, bundle.rule.name)), `${JSON.stringify(bundle, null, 2)}\n`),
    ),
  ]);
}
