/** Ports that somebody else holds, and who that is. */
import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';
import { type PartName, StackFailure } from './part.ts';
import { PORTS_OF, type Ports } from './ports.ts';
import { isFree } from './probe.ts';

const run = promisify(execFile);

/** Undefined when every port of these parts is free; else one failure that names them all. */
export async function takenPorts(parts: readonly PartName[], ports: Ports): Promise<StackFailure | undefined> {
  const lines: string[] = [];
  for (const part of parts) {
    for (const name of PORTS_OF[part]) {
      if (await isFree(ports[name])) continue;
      lines.push(`  ${ports[name]} (${part}) is taken by ${(await ownerOf(ports[name])) ?? 'an unknown process'}`);
    }
  }
  if (lines.length === 0) return undefined;
  return new StackFailure(
    `Ports that the local stack needs are taken:\n${lines.join('\n')}`,
    'End those processes, or move all ports of the stack with SLUICE_PORT_SHIFT=1000, or name a server of yours in the environment (KAFKA_BROKERS, AWS_ENDPOINT_URL, POSTGRES_URL, REDIS_URL).',
  );
}

/** Who listens on a port, as `process 4711 (node server.js)`; undefined where the system does not tell. */
export async function ownerOf(port: number): Promise<string | undefined> {
  return process.platform === 'linux' ? ownerFromProc(port) : ownerFromLsof(port);
}

async function ownerFromProc(port: number): Promise<string | undefined> {
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((file) => readFile(file, 'latin1').catch(() => '')),
  );
  const sockets = new Set(tables.flatMap((table) => listeningInodes(table, port)).map((inode) => `socket:[${inode}]`));
  if (sockets.size === 0) return undefined;
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    for (const descriptor of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
      const target = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => '');
      if (sockets.has(target)) return describe(pid, await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''));
    }
  }
  return undefined;
}

/** Inodes of the sockets that listen on `port`, from the text of /proc/net/tcp: fields 1 (local address), 3 (state, 0A) and 9. */
export function listeningInodes(table: string, port: number): string[] {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  return table
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(`:${hex}`) && fields[3] === '0A')
    .map((fields) => fields[9] ?? '');
}

async function ownerFromLsof(port: number): Promise<string | undefined> {
  try {
    const { stdout } = await run('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc']);
    const pid = /^p(\d+)/m.exec(stdout)?.[1];
    return pid === undefined ? undefined : describe(pid, /^c(.*)/m.exec(stdout)?.[1] ?? '');
  } catch {
    return undefined;
  }
}

function describe(pid: string, commandLine: string): string {
  const command = commandLine.replaceAll('\0', ' ').trim();
  return `process ${pid} (${command.length > 80 ? `${command.slice(0, 77)}...` : command})`;
}
