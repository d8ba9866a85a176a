/** What every part of the local stack is made of, and where its files lie. */
import path from 'node:path';
import type { Ports } from './ports.ts';
import type { Prerequisite } from './prerequisite.ts';
import type { ProcessReference, StopOptions } from './process.ts';

export const PART_NAMES = ['kafka', 'aws', 'localstack', 'postgres', 'redis', 'tdengine'] as const;
export type PartName = (typeof PART_NAMES)[number];

/** A progress line; `part` is what it is about. */
export type Report = (text: string, part?: PartName) => void;

export interface PartContext {
  /** Where this stack keeps its state; removed by `down`. */
  readonly folder: string;
  /** Where downloads stay from one stack to the next. */
  readonly cache: string;
  readonly ports: Ports;
  readonly environment: NodeJS.ProcessEnv;
  readonly report: Report;
}

/** A part as a process of this machine. */
export interface NativePart {
  readonly title: string;
  /** What must be on this machine before `install` or `start` can work; only what is really missing a use is asked for. */
  prerequisites(context: PartContext): Promise<readonly Prerequisite[]>;
  /** Downloads into the cache what is not there yet. */
  install(context: PartContext): Promise<void>;
  /** Starts the process without waiting for it; data of an earlier start is kept. */
  launch(context: PartContext): Promise<ProcessReference>;
  /** Whether it answers as a client would expect it to. */
  healthy(context: PartContext): Promise<boolean>;
  readonly readyWithinMs: number;
  readonly stop: StopOptions;
}

/** A sentence about what failed and the next step, for the terminal: no stack trace is of use to its reader. */
export class StackFailure extends Error {
  override readonly name = 'StackFailure';
  readonly fix: string;

  constructor(message: string, fix: string) {
    super(message);
    this.fix = fix;
  }
}

export const partFolder = (context: PartContext, part: PartName): string => path.join(context.folder, part);
export const logFile = (folder: string, part: PartName): string => path.join(folder, 'logs', `${part}.log`);

export function isPartName(name: string): name is PartName {
  return (PART_NAMES as readonly string[]).includes(name);
}
