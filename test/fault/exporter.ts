/** Processes that export, one for each run, as many at once as are asked for. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { build } from 'esbuild';
import type { RunRecord } from '../../lib/telemetry/run-record.ts';
import { PROJECT } from '../../local/project.ts';
import type { Point } from './points.ts';
import { type Task, WORDS, type Word } from './task.ts';

/** After so long a process that still runs is a failure of the test, in milliseconds. */
const PATIENCE = 120_000;

export interface Ended {
  /** Undefined if it died. */
  readonly record?: RunRecord;
  readonly steps: readonly Point[];
}

export interface Run {
  readonly steps: readonly Point[];
  /** Whether the fault came: resolves when it does, or when the run is over without it. */
  readonly struck: Promise<boolean>;
  /** Resolves at the first step that satisfies, or when the run is over without. */
  reached(is: (point: Point) => boolean): Promise<unknown>;
  /** Rejects if it ended otherwise than by a record or by SIGKILL. */
  readonly over: Promise<Ended>;
  signal(signal: 'SIGKILL' | 'SIGCONT'): void;
}

/** Bundled once, as functions are: a process starts in a fraction of the time that compiling it takes. */
export class Exporter {
  readonly #folder: string;
  readonly #living = new Set<ChildProcess>();

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async open(): Promise<Exporter> {
    const folder = await mkdtemp(path.join(tmpdir(), 'sluice-fault-'));
    const exporter = new Exporter(folder);
    await build({
      entryPoints: [path.join(PROJECT, 'test', 'fault', 'child.ts')],
      outfile: exporter.#program,
      bundle: true,
      minify: true,
      platform: 'node',
      target: 'node20',
      logLevel: 'error',
    });
    return exporter;
  }

  get #program(): string {
    return path.join(this.#folder, 'child.cjs');
  }

  start(task: Task): Run {
    const child = spawn(process.execPath, ['--no-warnings', this.#program, JSON.stringify(task)], {
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    });
    this.#living.add(child);
    const steps: Point[] = [];
    const watchers = new Set<(word: Word) => void>();
    let record: RunRecord | undefined;
    let struck = false;
    const told = async () => {
      for await (const line of createInterface(child.stdio[WORDS] as Readable)) {
        const word = JSON.parse(line) as Word;
        if (word.kind === 'at') steps.push({ step: word.step, mode: word.mode });
        else if (word.kind === 'struck') struck = true;
        else record = word.record;
        for (const watcher of watchers) watcher(word);
      }
    };
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, PATIENCE);
    const finish = async (): Promise<Ended> => {
      const [[code, signal], , complaint] = await Promise.all([
        once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>,
        told(),
        text(child.stderr as Readable),
      ]);
      clearTimeout(timer);
      this.#living.delete(child);
      if (!late && (record !== undefined || signal === 'SIGKILL')) return { steps, ...(record && { record }) };
      const how = late ? `was not over after ${PATIENCE} ms` : `ended with ${signal ?? code}`;
      throw new Error(`a run of ${task.key} ${how}, behind ${JSON.stringify(steps.slice(-3))}: ${complaint}`);
    };
    const over = finish();
    const until = (is: (word: Word) => boolean) =>
      Promise.race([over, new Promise<void>((resolve) => watchers.add((word) => is(word) && resolve()))]);
    return {
      steps,
      over,
      struck: until(({ kind }) => kind === 'struck').then(() => struck),
      reached: (is) => until((word) => word.kind === 'at' && is(word)),
      signal: (signal) => void child.kill(signal),
    };
  }

  async close(): Promise<void> {
    for (const child of this.#living) child.kill('SIGKILL');
    await rm(this.#folder, { recursive: true, force: true });
  }
}
