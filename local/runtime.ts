/** How parts run: as processes (native.ts) or as containers (docker.ts). */
import type { PartContext, PartName, StackFailure } from './part.ts';
import type { ProcessReference } from './process.ts';
import type { RunningPart } from './state.ts';

export interface Runtime {
  /** With containers one LocalStack is both AWS endpoints, and functions see Kafka under another address. */
  readonly containers: boolean;
  /** Whether this way has such a part at all. */
  has(part: PartName): boolean;
  /** What stands in the way of starting these parts, if anything; nothing is started or downloaded by asking. */
  obstacle(parts: readonly PartName[], context: PartContext): Promise<StackFailure | undefined>;
  /** Downloads what is not in the cache. */
  install(part: PartName, context: PartContext): Promise<void>;
  /** Starts a part, tells its process as soon as there is one, and returns when it answers. */
  start(part: PartName, context: PartContext, launched: (process: ProcessReference) => void): Promise<void>;
  /** Waits until a part that was started earlier answers. */
  ready(part: PartName, context: PartContext, running: RunningPart): Promise<void>;
  isRunning(part: PartName, context: PartContext, running: RunningPart): Promise<boolean>;
  healthy(part: PartName, context: PartContext): Promise<boolean>;
  /** Stops one part and keeps its data. `abruptly`: as if its machine had lost power. */
  stop(part: PartName, context: PartContext, running: RunningPart, abruptly: boolean): Promise<void>;
  /** Removes the data of stopped parts that lies outside of the stack's folder. */
  discard(parts: readonly PartName[], context: PartContext): Promise<void>;
  title(part: PartName): string;
}
