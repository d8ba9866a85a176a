/** The parts as containers, through `docker compose` and compose.yaml. */
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { execute } from './cache.ts';
import { certificateFolder, ensureCertificates } from './certificates.ts';
import { CLUSTER_ID, KAFKA_BESIDE, scramArguments, serverProperties } from './kafka-properties.ts';
import { native } from './native.ts';
import { PART_NAMES, type PartContext, type PartName, type Report, StackFailure } from './part.ts';
import { takenPorts } from './port-owner.ts';
import { POSTGRES_USER, postgresVersion } from './postgres.ts';
import { missing, OPENSSL } from './prerequisite.ts';
import { answersHttp } from './probe.ts';
import { localFile } from './project.ts';
import type { Runtime } from './runtime.ts';

const run = promisify(execFile);
const READY_WITHIN_MS = 180_000;
/** A client alone is not enough: the daemon must answer, and `compose` must be there. SLUICE_STACK=process turns it off. */
export async function dockerIsReachable(environment: NodeJS.ProcessEnv, report: Report): Promise<boolean> {
  if (environment['SLUICE_STACK'] === 'process' || !(await succeeds('docker', ['info']))) return false;
  if (await succeeds('docker', ['compose', 'version'])) return true;
  report('a Docker engine answers, but `docker compose` is missing: the parts run as processes');
  return false;
}

/** LocalStack stands for both AWS endpoints: its functions run, since there is Docker. */
const SERVICE: Readonly<Record<PartName, string>> = {
  kafka: 'kafka',
  aws: 'aws',
  localstack: 'aws',
  postgres: 'postgres',
  redis: 'redis',
  tdengine: 'tdengine',
};

export const docker: Runtime = {
  containers: true,
  has: () => true,
  title: (part) => (part === 'aws' || part === 'localstack' ? 'LocalStack 4.13.1' : native.title(part)),

  async obstacle(parts, context) {
    const lacking = await missing(parts.includes('kafka') ? [OPENSSL] : []);
    return (
      lacking ??
      (await takenPorts(
        parts.filter((part) => part !== 'localstack'),
        context.ports,
      ))
    );
  },

  install: async (part, context) => {
    context.report('pulls its image if it is not here', part);
    await compose(context, ['pull', '--quiet', '--policy', 'missing', SERVICE[part]]);
  },

  async start(part, context) {
    if (part === 'kafka') await writeKafkaFiles(context);
    await compose(context, ['up', '--detach', '--no-deps', SERVICE[part]]);
    await untilHealthy(part, context);
  },

  ready: (part, context) => untilHealthy(part, context),
  isRunning: (part, context) => containerRuns(part, context),
  healthy,
  stop: async (part, context, _running, abruptly) => {
    await compose(context, [abruptly ? 'kill' : 'stop', SERVICE[part]]);
  },
  discard: async (parts, context) => {
    if (PART_NAMES.every((part) => parts.includes(part))) {
      await compose(context, ['down', '--volumes', '--remove-orphans']);
      return;
    }
    const services = [...new Set(parts.map((part) => SERVICE[part]))];
    await compose(context, ['rm', '--force', '--stop', '--volumes', ...services]);
  },
};

async function healthy(part: PartName, context: PartContext): Promise<boolean> {
  if (part === 'aws' || part === 'localstack') {
    return answersHttp(`http://127.0.0.1:${context.ports.aws}/_localstack/health`);
  }
  // taosadapter answers this without credentials.
  if (part === 'tdengine') return answersHttp(`http://127.0.0.1:${context.ports.tdengine}/-/ping`);
  return native.healthy(part, context);
}

async function untilHealthy(part: PartName, context: PartContext): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (!(await healthy(part, context))) {
    const alive = await containerRuns(part, context);
    if (alive && Date.now() < deadline) {
      await delay(250);
      continue;
    }
    const log = await compose(context, ['logs', '--tail', '15', '--no-log-prefix', SERVICE[part]]).catch(() => '');
    throw new StackFailure(
      `The container of ${part} ${alive ? `did not answer within ${READY_WITHIN_MS / 1000} s` : 'ended'}; the end of its log:\n${log.trimEnd()}`,
      `\`npm run stack -- down\` and \`up\` again; SLUICE_STACK=process runs the parts without Docker.`,
    );
  }
}

async function containerRuns(part: PartName, context: PartContext): Promise<boolean> {
  const running = await compose(context, ['ps', '--services', '--status', 'running']).catch(() => '');
  return running.split('\n').includes(SERVICE[part]);
}

async function writeKafkaFiles(context: PartContext): Promise<void> {
  await ensureCertificates(certificateFolder(context.folder));
  const folder = path.join(context.folder, 'docker');
  await mkdir(folder, { recursive: true });
  const place = {
    ports: context.ports,
    data: '/tmp/kafka-data',
    certificates: '/sluice/certificates',
    bind: '0.0.0.0',
    internal: KAFKA_BESIDE,
  };
  await writeFile(path.join(folder, 'server.properties'), serverProperties(place));
}

function compose(context: PartContext, args: readonly string[]): Promise<string> {
  return execute('docker', ['compose', '--file', localFile('compose.yaml'), ...args], {
    ...context.environment,
    ...composeVariables(context),
  });
}

/** What compose.yaml leaves open. */
export function composeVariables({
  folder,
  ports,
  environment,
}: Pick<PartContext, 'folder' | 'ports' | 'environment'>): Record<string, string> {
  const portVariables = Object.entries(ports).map(([name, port]): [string, string] => [
    `SLUICE_PORT_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`,
    String(port),
  ]);
  return {
    ...Object.fromEntries(portVariables),
    SLUICE_PROJECT: `sluice-${path.basename(folder)}`,
    SLUICE_STACK_FOLDER: folder,
    SLUICE_CLUSTER_ID: CLUSTER_ID,
    SLUICE_SCRAM_ARGUMENTS: scramArguments().join(' '),
    SLUICE_POSTGRES_VERSION: postgresVersion(environment),
    SLUICE_POSTGRES_USER: POSTGRES_USER.username,
    SLUICE_POSTGRES_PASSWORD: POSTGRES_USER.password,
    SLUICE_POSTGRES_DATABASE: POSTGRES_USER.database,
  };
}

async function succeeds(command: string, args: readonly string[]): Promise<boolean> {
  try {
    await run(command, [...args], { timeout: 5_000 });
    return true;
  } catch {
    return false;
  }
}
