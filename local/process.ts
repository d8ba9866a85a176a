/** Servers that outlive whoever started them: each is the leader of its own process group, so that nothing of it stays. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** `born` tells a process from a later one that was given the same id. */
export interface ProcessReference {
  readonly pid: number;
  readonly born: string;
}

export interface LaunchOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly log: string;
  readonly cwd?: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Run as this user: PostgreSQL refuses to be root. */
  readonly user?: { readonly uid: number; readonly gid: number };
}

export interface StopOptions {
  /** The signal that asks; SIGKILL for what is known not to listen. */
  readonly signal: 'SIGTERM' | 'SIGINT' | 'SIGKILL';
  /** How long the asking may take before SIGKILL. */
  readonly graceMs: number;
}

export async function launch(options: LaunchOptions): Promise<ProcessReference> {
  mkdirSync(path.dirname(options.log), { recursive: true });
  const log = openSync(options.log, 'a');
  try {
    const child = spawn(options.command, [...options.args], {
      detached: true,
      stdio: ['ignore', log, log],
      env: options.environment,
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...options.user,
    });
    await once(child, 'spawn');
    child.unref();
    const pid = child.pid!;
    return { pid, born: (await bornAt(pid)) ?? 'gone' };
  } finally {
    closeSync(log);
  }
}

export async function isRunning(reference: ProcessReference): Promise<boolean> {
  return (await bornAt(reference.pid)) === reference.born;
}

/** Ends the process and its whole group, and returns once none of it is left. */
export async function stop(reference: ProcessReference, options: StopOptions): Promise<void> {
  const born = await bornAt(reference.pid);
  // A living leader with another birth: the id was given to a stranger. A dead leader's group keeps its id from being reused.
  if (born !== undefined && born !== reference.born) return;
  for (const [signal, patience] of [
    [options.signal, options.graceMs],
    ['SIGKILL', 10_000],
  ] as const) {
    if (!signalGroup(reference.pid, signal)) return;
    const deadline = Date.now() + patience;
    while (Date.now() < deadline) {
      if (!(await groupLives(reference.pid))) return;
      await delay(50);
    }
  }
}

/** The last lines of a log, for an error message. */
export async function tail(file: string, lines = 15): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-lines).join('\n');
}

function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-pid, signal);
    return true;
  } catch (error) {
    // EPERM: the group lives, but belongs to another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function groupLives(pid: number): Promise<boolean> {
  if (!signalGroup(pid, 0)) return false;
  // A leader that nobody has waited for still answers signals, although it is only a row in the process table.
  if (process.platform !== 'linux') return true;
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = statOf(Number(entry));
    if (stat === undefined || stat.group !== pid) continue;
    // Of a process with threads the first one is dead before the others are, and they hold its ports.
    if (stat.state !== 'Z' || stat.threads > 1) return true;
  }
  return false;
}

interface Stat {
  readonly state: string;
  readonly group: number;
  readonly threads: number;
  readonly startTime: string;
}

function statOf(pid: number): Stat | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined;
  }
  // The command's name comes second, in parentheses, and may itself hold spaces and parentheses.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return {
    state: fields[0] ?? '',
    group: Number(fields[2]),
    threads: Number(fields[17]),
    startTime: fields[19] ?? '',
  };
}

async function bornAt(pid: number): Promise<string | undefined> {
  if (process.platform === 'linux') {
    const stat = statOf(pid);
    return stat === undefined || stat.state === 'Z' ? undefined : stat.startTime;
  }
  try {
    const { stdout } = await run('ps', ['-o', 'lstart=', '-p', String(pid)]);
    return stdout.trim() || undefined;
  } catch {
    return undefined;
  }
}
