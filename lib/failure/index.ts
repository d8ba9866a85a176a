/**
 * The one error of the project. What a record, an object, a rule or a server did wrong is told in four parts:
 * what happened (`message`), where (`context`), which kind it is (`code`), and what to do about it (`fix`).
 */

export const STAGES = [
  'rule',
  'trigger',
  'secret',
  'object',
  'format',
  'select',
  'limit',
  'kafka',
  'ledger',
  'message',
  'sink',
  'export',
  'cli',
] as const;
export type Stage = (typeof STAGES)[number];

/** Coordinates of what failed. Never a payload, never a secret. Offsets and lengths are in bytes of the decompressed object. */
export interface Coordinates {
  readonly rule?: string;
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  readonly bucket?: string;
  readonly key?: string;
  readonly versionId?: string;
  readonly offset?: number;
  readonly length?: number;
  readonly topic?: string;
  readonly partition?: number;
  readonly messageOffset?: string;
}

export interface FailureOptions {
  readonly stage: Stage;
  /** True when the same call may succeed later without anybody changing anything. Default: false. */
  readonly retryable?: boolean;
  readonly context?: Coordinates;
  /** The next step for whoever reads this, as an imperative sentence. */
  readonly fix?: string;
  readonly cause?: unknown;
}

export class SluiceError extends Error {
  override readonly name = 'SluiceError';
  /** Upper camel case and bounded: one of the codes a station declares (`MissingTopic`, `TruncatedObject`), or AWS's own for the select engine (`MissingHeaderName`). */
  readonly code: string;
  readonly stage: Stage;
  readonly retryable: boolean;
  readonly context: Coordinates;
  readonly fix: string | undefined;

  constructor(code: string, message: string, options: FailureOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.stage = options.stage;
    this.retryable = options.retryable ?? false;
    this.context = options.context ?? {};
    this.fix = options.fix;
  }

  /** The same error with coordinates that only the caller knows; what is already known stays. */
  at(context: Coordinates): SluiceError {
    const { stage, retryable, fix, cause } = this;
    const moved = new SluiceError(this.code, this.message, {
      stage,
      retryable,
      context: { ...context, ...this.context },
      ...(fix === undefined ? {} : { fix }),
      cause,
    });
    if (this.stack !== undefined) moved.stack = this.stack;
    return moved;
  }
}

/**
 * A record that could not be read or evaluated, as a value: the records around it go on.
 * `raw` is a copy of at most RAW_LIMIT bytes of it, for the dead letter only; it never goes into a log or an error.
 */
export interface RecordFailure {
  readonly code: string;
  readonly reason: string;
  /** Where the record begins in the decompressed object, in bytes, and how many bytes it has. */
  readonly offset: number;
  readonly length: number;
  readonly raw: Uint8Array;
  /** For objects that ended before the record did (a cut gzip, a JSON document that does not close): nothing can follow. */
  readonly fatal?: boolean;
}

/** The most bytes of a failed record that are kept: fits a Kafka message of the default 1 MiB with its headers. */
export const RAW_LIMIT = 256 * 1024;
