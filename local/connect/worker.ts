/** Kafka Connect as a process, for what tests and benchmarks hold Sluice against: Debezium's source and sink. */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { cacheFolder, type Download, type DownloadContext, downloadFolder, ensureDownload, execute } from '../cache.ts';
import { type PartContext, StackFailure } from '../part.ts';
import { isRunning, launch, type ProcessReference, stop, tail } from '../process.ts';
import { localFile } from '../project.ts';

const pinned = (name: string, cost: string): Download => ({
  part: 'kafka',
  name,
  pins: localFile(path.join('connect', `${name.replace(/-\d.*$/, '')}.pom.xml`)),
  cost,
});

const RUNTIME = pinned('runtime-4.3.1', '33 MB through Maven');
const PLUGINS = {
  'debezium-postgres': pinned('debezium-postgres-3.3.1', '7 MB through Maven'),
  'debezium-jdbc': pinned('debezium-jdbc-3.3.1', '41 MB through Maven'),
};
export type Plugin = keyof typeof PLUGINS;

/** The worker brings these itself, and a second copy in a plugin's folder breaks it. */
const BROUGHT = /^(jackson-|kafka-|connect-|slf4j-|lz4|zstd|snappy)/;
const READY_MS = 90_000;

export interface WorkerOptions {
  /** Keeps its offsets and its log: a worker started again in it goes on where it was. */
  readonly folder: string;
  readonly brokers: readonly string[];
  readonly port: number;
  readonly plugins: readonly Plugin[];
  /** Whether JSON messages carry their schema. */
  readonly schemas: boolean;
  readonly report: PartContext['report'];
}

export interface Connector {
  readonly name: string;
  readonly config: Readonly<Record<string, string>>;
}

/** A worker that answers. Throws StackFailure, with the last lines of its log. */
export class ConnectWorker {
  readonly #options: WorkerOptions;
  readonly #process: ProcessReference;

  private constructor(options: WorkerOptions, process: ProcessReference) {
    this.#options = options;
    this.#process = process;
  }

  static async start(options: WorkerOptions): Promise<ConnectWorker> {
    const { folder, report } = options;
    const context = { cache: cacheFolder(process.env), report };
    for (const each of [RUNTIME, ...options.plugins.map((name) => PLUGINS[name])]) await fetchJars(context, each);
    await mkdir(folder, { recursive: true });
    const properties = path.join(folder, 'worker.properties');
    await writeFile(properties, workerProperties(options, downloadPath(context)));
    const started = await launch({
      command: 'java',
      args: [
        ...['-Xmx768m', '-XX:-UsePerfData', `-Djava.io.tmpdir=${folder}`],
        '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
        ...['-cp', path.join(downloadFolder(context, RUNTIME), 'libs', '*')],
        ...['org.apache.kafka.connect.cli.ConnectStandalone', properties],
      ],
      cwd: folder,
      log: logOf(options),
      environment: process.env,
    });
    const worker = new ConnectWorker(options, started);
    await worker.#until('answers', async () => (await worker.#ask('GET', '/connectors')) !== undefined);
    return worker;
  }

  /** Resolves when its tasks run. */
  async add({ name, config }: Connector): Promise<void> {
    await this.#ask('PUT', `/connectors/${name}/config`, config);
    await this.#until(`runs ${name}`, async () => {
      const status = (await this.#ask('GET', `/connectors/${name}/status`)) as Status | undefined;
      const failed = status?.tasks.find(({ state }) => state === 'FAILED');
      if (failed !== undefined)
        throw new StackFailure(`${name} failed: ${failed.trace?.slice(0, 2_000)}`, 'Read its log.');
      return status !== undefined && status.tasks.length > 0 && status.tasks.every(({ state }) => state === 'RUNNING');
    });
  }

  async remove(name: string): Promise<void> {
    await this.#ask('DELETE', `/connectors/${name}`);
  }

  /** `abruptly`: as if its machine had lost power. */
  async stop(abruptly = false): Promise<void> {
    await stop(this.#process, { signal: abruptly ? 'SIGKILL' : 'SIGTERM', graceMs: 15_000 });
  }

  async #until(what: string, test: () => Promise<boolean>): Promise<void> {
    for (const deadline = Date.now() + READY_MS; ; await delay(100)) {
      if (await test()) return;
      const lives = await isRunning(this.#process);
      if (lives && Date.now() < deadline) continue;
      const said = await tail(logOf(this.#options), 30);
      await this.stop();
      throw new StackFailure(`Kafka Connect ${lives ? `never ${what}` : 'ended'}:\n${said}`, 'Read the lines above.');
    }
  }

  /** Undefined while it does not answer, or answers that it is not ready. */
  async #ask(method: string, at: string, body?: object): Promise<unknown> {
    const init =
      body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    const answer = await fetch(`http://127.0.0.1:${this.#options.port}${at}`, { method, ...init }).catch(
      () => undefined,
    );
    const text = await answer?.text();
    if (answer?.status === 400) throw new StackFailure(`Kafka Connect refused ${method} ${at}: ${text}`, 'Mend it.');
    return answer?.ok && text ? JSON.parse(text) : undefined;
  }
}

interface Status {
  readonly tasks: readonly { readonly state: string; readonly trace?: string }[];
}

const logOf = ({ folder }: WorkerOptions): string => path.join(folder, 'connect.log');
const downloadPath = (context: Pick<PartContext, 'cache'>) => (plugin: Plugin) =>
  downloadFolder(context, PLUGINS[plugin]);

async function fetchJars(context: DownloadContext, wanted: Download): Promise<void> {
  await ensureDownload(context, wanted, async (folder) => {
    const libs = path.join(folder, 'libs');
    await execute('mvn', [
      ...['-B', '-q', '-f', wanted.pins, 'dependency:copy-dependencies'],
      ...['-DincludeScope=runtime', `-DoutputDirectory=${libs}`],
    ]);
    if (wanted === RUNTIME) return;
    for (const jar of await readdir(libs)) if (BROUGHT.test(jar)) await rm(path.join(libs, jar));
  });
}

function workerProperties(
  { folder, brokers, port, plugins, schemas }: WorkerOptions,
  folderOf: (plugin: Plugin) => string,
): string {
  return Object.entries({
    'bootstrap.servers': brokers.join(','),
    listeners: `http://127.0.0.1:${port}`,
    'plugin.path': plugins.map(folderOf).join(','),
    'plugin.discovery': 'service_load',
    'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'key.converter.schemas.enable': schemas,
    'value.converter.schemas.enable': schemas,
    'offset.storage.file.filename': path.join(folder, 'offsets'),
    'offset.flush.interval.ms': 1_000,
  })
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}
