import { SluiceError } from '../failure/index.ts';

/** What a command's exit code says to a script. */
export const Exit = {
  OK: 0,
  /** The thing asked about is not well: a check failed, a run failed. */
  UNWELL: 1,
  /** The command line, a rule file or connections.yml is wrong. */
  USAGE: 2,
  /** Somebody said no: the user at a question, AWS for want of rights, or sluice because it would break something. */
  REFUSED: 3,
  /** A server did not answer. */
  UNREACHABLE: 4,
} as const;
export type Exit = (typeof Exit)[keyof typeof Exit];

export const EXIT_HELP = `Exit codes
  0  ok
  1  what was asked about is not well: a check failed, a run failed or stopped
  2  the command line or a rule file is wrong
  3  refused: by you at a question, by AWS for want of rights, or because it would break something
  4  something could not be reached`;

const REFUSED = /Denied|Refused|Credentials|NotAuthorized/;
const UNREACHABLE = /Unavailable|Unreachable|TimedOut/;

export function exitCodeOf(error: unknown): Exit {
  if (!(error instanceof SluiceError)) return Exit.UNWELL;
  if (error.stage === 'rule' || error.code === 'Usage') return Exit.USAGE;
  if (REFUSED.test(error.code)) return Exit.REFUSED;
  if (error.retryable || UNREACHABLE.test(error.code)) return Exit.UNREACHABLE;
  // A query is part of the command line or of a rule file; what it met in an object is not.
  const met = error.context.bucket !== undefined || error.context.offset !== undefined;
  return error.stage === 'select' && !met ? Exit.USAGE : Exit.UNWELL;
}

/** What the user typed cannot be done as typed. */
export function usage(message: string, fix: string): SluiceError {
  return new SluiceError('Usage', message, { stage: 'cli', fix });
}

/** What would break something, or what the user did not want after all. */
export function refused(message: string, fix: string): SluiceError {
  return new SluiceError('Refused', message, { stage: 'cli', fix });
}
