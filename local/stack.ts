/**
 * The local stack: Kafka, an AWS endpoint, PostgreSQL, Redis and, with Docker, TDengine, on 127.0.0.1.
 * State lies in `.local/<name>/`, so that any process of the project can find, stop and restart what another one started.
 */
import { mkdir, rm, rmdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { cacheFolder } from './cache.ts';
import { docker, dockerIsReachable } from './docker.ts';
import { type Endpoints, endpointsOf, GIVEN_BY, given } from './endpoints.ts';
import { withLock } from './lock.ts';
import { native } from './native.ts';
import { logFile, PART_NAMES, type PartContext, type PartName, type Report, StackFailure } from './part.ts';
import { PORTS_OF, portShift, ports } from './ports.ts';
import { PROJECT } from './project.ts';
import type { Runtime } from './runtime.ts';
import { type RunningPart, readState, type StackState, writeState } from './state.ts';

export type { Endpoints } from './endpoints.ts';
export { type PartName, StackFailure } from './part.ts';

export interface StackOptions {
  /** Folder under `.local/`; a second stack beside the first needs another name and another shift. */
  readonly name?: string;
  /** Added to every port; default: SLUICE_PORT_SHIFT, or 0. */
  readonly shift?: number;
  readonly environment?: NodeJS.ProcessEnv;
}

export interface UpResult {
  readonly endpoints: Endpoints;
  /** What this call started; parts that were found running or given are not among them. */
  readonly started: readonly PartName[];
  /** Parts that are not to be had; empty unless `tolerant`. */
  readonly failed: readonly { readonly part: PartName; readonly reason: StackFailure }[];
}

export interface PartStatus {
  readonly part: PartName;
  readonly title: string;
  readonly state: 'ready' | 'starting' | 'dead' | 'stopped' | 'given';
  readonly ports: readonly number[];
  readonly pid?: number;
  readonly since?: string;
  readonly log?: string;
}

const silent: Report = () => {};

export class Stack {
  readonly folder: string;
  private readonly lock: string;
  private readonly shift: number | undefined;
  private readonly environment: NodeJS.ProcessEnv;

  constructor(options: StackOptions = {}) {
    const name = options.name ?? 'stack';
    this.folder = path.join(PROJECT, '.local', name);
    this.lock = path.join(PROJECT, '.local', `${name}.lock`);
    this.environment = options.environment ?? process.env;
    this.shift = options.shift;
  }

  /**
   * Starts these parts, or finds them running, and returns when all of them answer. The default is all that is given or can be had here,
   * without the second AWS endpoint `localstack`. Unless `tolerant`, the first obstacle is thrown before anything starts;
   * with it the other parts come up and `failed` tells what did not.
   */
  up(parts?: readonly PartName[], report: Report = silent, options: { tolerant?: boolean } = {}): Promise<UpResult> {
    return this.exclusively(report, async () => {
      const { runtime, context, state } = await this.open(report);
      const isThere = (part: PartName) => runtime.has(part) || given(part, this.environment) !== undefined;
      const wanted = parts ?? PART_NAMES.filter((part) => part !== 'localstack' && isThere(part));
      const living = await this.living(state, runtime, context);
      const failed: { part: PartName; reason: StackFailure }[] = [];
      const cold: PartName[] = [];
      for (const part of wanted) {
        const running = living[part];
        if (given(part, this.environment) !== undefined) report(`used as given by ${GIVEN_BY[part]}`, part);
        else if (running === undefined) {
          if (state.parts[part] !== undefined) report('is not running any more; it starts again with its data', part);
          cold.push(part);
        } else {
          try {
            await runtime.ready(part, context, running);
            report(`runs already, since ${running.since}`, part);
          } catch (error) {
            failed.push({ part, reason: failureOf(error, runtime.title(part)) });
          }
        }
      }
      const startable = await this.startable(cold, runtime, context, options.tolerant ?? false, failed);
      const book = new StateBook(this.folder, { ...state, parts: living });
      await book.save();
      const started = await this.startAll(startable, runtime, context, book, failed);
      if (failed.length > 0 && !options.tolerant) throw together(failed.map(({ reason }) => reason));
      const lost = new Set(failed.map(({ part }) => part));
      const endpoints = await this.publish(
        [...Object.keys(living), ...wanted].filter((part) => !lost.has(part as PartName)) as PartName[],
        context,
        runtime,
      );
      return { endpoints, started, failed };
    });
  }

  /** Ends these parts, or everything, and removes their data; the folder goes with the last of them. */
  down(parts?: readonly PartName[], report: Report = silent): Promise<readonly PartName[]> {
    return this.exclusively(report, async () => {
      const { runtime, context, state } = await this.open(report);
      const known = Object.keys(state.parts) as PartName[];
      const ending = known.filter((part) => parts === undefined || parts.includes(part));
      await Promise.all(
        ending.map(async (part) => {
          await runtime.stop(part, context, state.parts[part]!, false);
          report('ended', part);
        }),
      );
      const left = Object.fromEntries(
        Object.entries(state.parts).filter(([part]) => !ending.includes(part as PartName)),
      );
      const last = Object.keys(left).length === 0;
      // A part that failed to start is in no list, but may have left files.
      await runtime.discard(last ? PART_NAMES : ending, context);
      if (last) {
        await rm(this.folder, { recursive: true, force: true });
      } else {
        await Promise.all(ending.map((part) => rm(path.join(this.folder, part), { recursive: true, force: true })));
        await writeState(this.folder, { ...state, parts: left });
        await this.publish(Object.keys(left) as PartName[], context, runtime);
      }
      return ending;
    });
  }

  /** Starts one part again that `stop` or `kill` ended, with its data, and returns when it answers. */
  async start(part: PartName, report: Report = silent): Promise<void> {
    await this.up([part], report);
  }

  /** Ends one part in its own time and keeps its data and its place in the stack. */
  stop(part: PartName): Promise<void> {
    return this.end(part, false);
  }

  /** Ends one part with SIGKILL and keeps its data. */
  kill(part: PartName): Promise<void> {
    return this.end(part, true);
  }

  async restart(part: PartName, report: Report = silent): Promise<void> {
    await this.stop(part);
    await this.start(part, report);
  }

  async status(): Promise<readonly PartStatus[]> {
    const { runtime, context, state } = await this.open(silent);
    return Promise.all(
      PART_NAMES.map(async (part): Promise<PartStatus> => {
        const running = state.parts[part];
        const base = { part, title: runtime.title(part), ports: PORTS_OF[part].map((name) => context.ports[name]) };
        if (given(part, this.environment) !== undefined) return { ...base, state: 'given', ports: [] };
        if (running === undefined) return { ...base, state: 'stopped' };
        const alive = await runtime.isRunning(part, context, running);
        const answers = alive && (await runtime.healthy(part, context));
        return {
          ...base,
          state: answers ? 'ready' : alive ? 'starting' : 'dead',
          since: running.since,
          log: logFile(this.folder, part),
          ...(running.process === undefined ? {} : { pid: running.process.pid }),
        };
      }),
    );
  }

  private end(part: PartName, abruptly: boolean): Promise<void> {
    return this.exclusively(silent, async () => {
      const { runtime, context, state } = await this.open(silent);
      const running = state.parts[part];
      if (running !== undefined) await runtime.stop(part, context, running, abruptly);
    });
  }

  private async open(report: Report): Promise<{ runtime: Runtime; context: PartContext; state: StackState }> {
    const found = await readState(this.folder);
    const mode = found?.mode ?? ((await dockerIsReachable(this.environment, report)) ? 'docker' : 'process');
    const asked = this.shift ?? portShift(this.environment);
    const shift = found?.shift ?? asked;
    const runtime = mode === 'docker' ? docker : native;
    if (found !== undefined && found.shift !== asked) report(`runs already with its ports shifted by ${found.shift}`);
    const context: PartContext = {
      folder: this.folder,
      cache: cacheFolder(this.environment),
      ports: ports(shift),
      environment: this.environment,
      report,
    };
    return { runtime, context, state: { mode, shift, parts: found?.parts ?? {} } };
  }

  private async living(state: StackState, runtime: Runtime, context: PartContext): Promise<StackState['parts']> {
    const living: Partial<Record<PartName, RunningPart>> = {};
    for (const [part, running] of Object.entries(state.parts) as [PartName, RunningPart][]) {
      if (await runtime.isRunning(part, context, running)) living[part] = running;
      // The leader is gone; what it may have left of its group would hold its ports.
      else await runtime.stop(part, context, running, true);
    }
    return living;
  }

  /** Those of the parts that nothing stands in the way of; without tolerance the first obstacle is thrown. */
  private async startable(
    cold: readonly PartName[],
    runtime: Runtime,
    context: PartContext,
    tolerant: boolean,
    failed: { part: PartName; reason: StackFailure }[],
  ): Promise<readonly PartName[]> {
    if (!tolerant) {
      const obstacle = await runtime.obstacle(cold, context);
      if (obstacle !== undefined) throw obstacle;
      return cold;
    }
    const free: PartName[] = [];
    for (const part of cold) {
      const obstacle = await runtime.obstacle([part], context);
      if (obstacle === undefined) free.push(part);
      else failed.push({ part, reason: obstacle });
    }
    return free;
  }

  private async startAll(
    parts: readonly PartName[],
    runtime: Runtime,
    context: PartContext,
    book: StateBook,
    failed: { part: PartName; reason: StackFailure }[],
  ): Promise<readonly PartName[]> {
    const outcomes = await Promise.all(
      parts.map(async (part): Promise<PartName | undefined> => {
        try {
          await runtime.install(part, context);
          context.report(`starts ${runtime.title(part)}`, part);
          await runtime.start(part, context, (process) =>
            book.enter(part, { process, since: new Date().toISOString() }),
          );
          await book.enter(part, { since: new Date().toISOString() });
          context.report('is ready', part);
          return part;
        } catch (error) {
          await book.strike(part);
          failed.push({ part, reason: failureOf(error, runtime.title(part)) });
          return undefined;
        }
      }),
    );
    return outcomes.filter((part) => part !== undefined);
  }

  /** Endpoints go into a file, for programs that did not bring the stack up themselves. */
  private async publish(parts: readonly PartName[], context: PartContext, runtime: Runtime): Promise<Endpoints> {
    const endpoints = endpointsOf([...new Set(parts)], context, runtime.containers);
    await writeFile(path.join(this.folder, 'endpoints.json'), `${JSON.stringify(endpoints, undefined, 2)}\n`);
    return endpoints;
  }

  private async exclusively<T>(report: Report, work: () => Promise<T>): Promise<T> {
    await mkdir(path.dirname(this.lock), { recursive: true });
    const waiting = (pid: number) => report(`waits for process ${pid}, which is changing the stack`);
    const result = await withLock(this.lock, waiting, work);
    // Succeeds only when nothing else is in it.
    await rmdir(path.dirname(this.lock)).catch(() => {});
    return result;
  }
}

function failureOf(error: unknown, title: string): StackFailure {
  if (error instanceof StackFailure) return error;
  return new StackFailure(`${title} could not be started: ${String(error)}`, 'See the line above.');
}

function together(reasons: readonly StackFailure[]): StackFailure {
  const distinct = (texts: string[]) => [...new Set(texts)].join('\n');
  return new StackFailure(distinct(reasons.map(({ message }) => message)), distinct(reasons.map(({ fix }) => fix)));
}

/** The state while parts start side by side: entries are written one after the other. */
class StateBook {
  private state: StackState;
  private readonly folder: string;
  private writing: Promise<void> = Promise.resolve();

  constructor(folder: string, state: StackState) {
    this.folder = folder;
    this.state = state;
  }

  enter(part: PartName, running: RunningPart): Promise<void> {
    this.state = { ...this.state, parts: { ...this.state.parts, [part]: { ...this.state.parts[part], ...running } } };
    return this.save();
  }

  strike(part: PartName): Promise<void> {
    const { [part]: _, ...parts } = this.state.parts;
    this.state = { ...this.state, parts };
    return this.save();
  }

  save(): Promise<void> {
    this.writing = this.writing.then(() => writeState(this.folder, this.state));
    return this.writing;
  }
}
