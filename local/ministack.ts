/** ministack: the AWS endpoint that deploys functions and runs them as Node processes, without Docker. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { type Download, downloadFolder, ensurePythonPackages, isDownloaded, pythonIn } from './cache.ts';
import { logFile, type NativePart, partFolder } from './part.ts';
import { PYTHON } from './prerequisite.ts';
import { answersHttp } from './probe.ts';
import { launch } from './process.ts';
import { localFile } from './project.ts';
import { scratchFolder } from './scratch.ts';

const DOWNLOAD: Download = {
  part: 'aws',
  name: 'ministack-1.5.33',
  pins: localFile('ministack.requirements.txt'),
  cost: '40 MB from the Python package index, some ten seconds',
};

export const ministack: NativePart = {
  title: 'ministack 1.5.33',
  readyWithinMs: 30_000,
  // With warm function workers it does not heed SIGTERM.
  stop: { signal: 'SIGKILL', graceMs: 5_000 },

  prerequisites: async (context) => ((await isDownloaded(context, DOWNLOAD)) ? [] : [PYTHON]),
  install: (context) => ensurePythonPackages(context, DOWNLOAD),

  async launch(context) {
    await mkdir(partFolder(context, 'aws'), { recursive: true });
    const folder = downloadFolder(context, DOWNLOAD);
    return launch({
      command: pythonIn(folder),
      args: [path.join(folder, 'bin', 'ministack')],
      cwd: partFolder(context, 'aws'),
      log: logFile(context.folder, 'aws'),
      environment: {
        ...context.environment,
        // Without it ministack listens on all interfaces.
        BIND_HOST: '127.0.0.1',
        GATEWAY_PORT: String(context.ports.aws),
        LAMBDA_EXECUTOR: 'local',
        // Functions are unpacked here. Inside of the project they would find its node_modules and be ES modules by its
        // package.json, neither of which is so on AWS.
        TMPDIR: await scratchFolder(context.folder, 'aws'),
        // Options of whoever started the stack (a debugger, a test runner) are not the functions'.
        NODE_OPTIONS: '',
      },
    });
  },

  healthy: ({ ports }) => answersHttp(`http://127.0.0.1:${ports.aws}/_ministack/health`),
};
