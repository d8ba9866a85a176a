/** Downloads that stay: installed once for each set of pins, whoever asks first. */
import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { withLock } from './lock.ts';
import { type PartContext, type PartName, StackFailure } from './part.ts';
import { PYTHON } from './prerequisite.ts';

const run = promisify(execFile);
const MARKER = '.complete';

export function cacheFolder(environment: NodeJS.ProcessEnv): string {
  return environment['SLUICE_CACHE'] ?? path.join(os.homedir(), '.cache', 'sluice');
}

export interface Download {
  readonly part: PartName;
  /** Folder name in the cache, with the version. */
  readonly name: string;
  /** The file that pins what is downloaded: when it changes, the download is made again. */
  readonly pins: string;
  /** For the progress line: `70 MB, half a minute`. */
  readonly cost: string;
}

/** What a download needs of a stack. */
export type DownloadContext = Pick<PartContext, 'cache' | 'report'>;

export const downloadFolder = (context: Pick<PartContext, 'cache'>, download: Download): string =>
  path.join(context.cache, download.name);

export async function isDownloaded(context: Pick<PartContext, 'cache'>, download: Download): Promise<boolean> {
  const marker = await readFile(path.join(downloadFolder(context, download), MARKER), 'utf8').catch(() => undefined);
  return marker !== undefined && marker === (await readFile(download.pins, 'utf8'));
}

/** Calls `fetch` unless the same pins were fetched before; a download that was cut off leaves no marker and is made again. */
export async function ensureDownload(
  context: DownloadContext,
  download: Download,
  fetch: (folder: string) => Promise<void>,
): Promise<void> {
  const { part, name, cost } = download;
  if (await isDownloaded(context, download)) return;
  await mkdir(context.cache, { recursive: true });
  const waiting = (pid: number) => context.report(`waits for process ${pid}, which downloads ${name}`, part);
  await withLock(path.join(context.cache, `${name}.lock`), waiting, async () => {
    if (await isDownloaded(context, download)) return;
    const folder = downloadFolder(context, download);
    context.report(`downloads ${name} once (${cost}) into ${folder}`, part);
    const began = Date.now();
    const pulse = setInterval(() => {
      context.report(`still downloads, ${Math.round((Date.now() - began) / 1000)} s so far`, part);
    }, 10_000);
    try {
      await rm(folder, { recursive: true, force: true });
      await mkdir(folder, { recursive: true });
      await fetch(folder);
      await writeFile(path.join(folder, MARKER), await readFile(download.pins, 'utf8'));
    } finally {
      clearInterval(pulse);
    }
  });
}

/** A virtual environment with exactly the packages of a requirements file. */
export async function ensurePythonPackages(context: PartContext, download: Download): Promise<void> {
  await ensureDownload(context, download, async (folder) => {
    const python = await PYTHON.find();
    if (python === undefined) throw new StackFailure(`${PYTHON.title} is missing.`, PYTHON.install.debian);
    await execute(python, ['-m', 'venv', folder]);
    await execute(pythonIn(folder), [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--disable-pip-version-check',
      '-r',
      download.pins,
    ]);
  });
}

export const pythonIn = (folder: string): string => path.join(folder, 'bin', 'python');

/** Runs a command to its end; a failure carries the last lines that it printed. */
export async function execute(command: string, args: readonly string[], environment = process.env): Promise<string> {
  try {
    const { stdout } = await run(command, [...args], { env: environment, maxBuffer: 32 * 1024 * 1024 });
    return stdout;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    const said = `${stdout}\n${stderr}`.trim().split('\n').slice(-15).join('\n');
    throw new StackFailure(
      `${path.basename(command)} ${args.slice(0, 3).join(' ')} failed:\n${said}`,
      'Read the lines above; for a download, see that the network and the package mirror can be reached, then try again.',
    );
  }
}
