import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';

/** Bundles a program of `test/support/children` as a function is bundled, runs it, and parses the line that it prints. */
export async function runChild<T>(name: string, argument: unknown, timeoutMs: number): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), 'sluice-child-'));
  try {
    const outfile = path.join(folder, `${name}.cjs`);
    await build({
      entryPoints: [path.join(__dirname, 'children', `${name}.ts`)],
      outfile,
      bundle: true,
      platform: 'node',
      target: 'node20',
      logLevel: 'error',
    });
    const { stdout } = await promisify(execFile)(process.execPath, [outfile, JSON.stringify(argument)], {
      timeout: timeoutMs,
      maxBuffer: 16 * 1024 * 1024,
    });
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as T;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
