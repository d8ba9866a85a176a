/** LocalStack 4.13.1 natively, beside ministack: a second opinion on S3, SQS, SNS and Secrets Manager. It runs no functions. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { type Download, downloadFolder, ensurePythonPackages, isDownloaded, pythonIn } from './cache.ts';
import { logFile, type NativePart, partFolder } from './part.ts';
import { PYTHON } from './prerequisite.ts';
import { answersHttp } from './probe.ts';
import { launch } from './process.ts';
import { localFile } from './project.ts';

const DOWNLOAD: Download = {
  part: 'localstack',
  name: 'localstack-4.13.1',
  pins: localFile('localstack.requirements.txt'),
  cost: '340 MB from the Python package index, about two minutes',
};

export const localstack: NativePart = {
  title: 'LocalStack 4.13.1',
  readyWithinMs: 90_000,
  stop: { signal: 'SIGTERM', graceMs: 5_000 },

  prerequisites: async (context) => ((await isDownloaded(context, DOWNLOAD)) ? [] : [PYTHON]),
  install: (context) => ensurePythonPackages(context, DOWNLOAD),

  async launch(context) {
    const folder = partFolder(context, 'localstack');
    const scratch = path.join(folder, 'tmp');
    await mkdir(scratch, { recursive: true });
    return launch({
      command: pythonIn(downloadFolder(context, DOWNLOAD)),
      args: ['-m', 'localstack.runtime.main'],
      cwd: folder,
      log: logFile(context.folder, 'localstack'),
      environment: {
        ...context.environment,
        GATEWAY_LISTEN: `127.0.0.1:${context.ports.localstack}`,
        // It would fetch a certificate, and tell its makers of each start.
        SKIP_SSL_CERT_DOWNLOAD: '1',
        DISABLE_EVENTS: '1',
        // Without a container its data would go to the home folder and to /tmp.
        HOME: folder,
        TMPDIR: scratch,
      },
    });
  },

  healthy: ({ ports }) => answersHttp(`http://127.0.0.1:${ports.localstack}/_localstack/health`),
};
