import { SluiceError } from '../../failure/index.ts';

/** What one look at something that a rule needs came to. */
export interface Finding {
  /** `skipped`: it could not be judged, because something before it failed. */
  readonly state: 'ok' | 'warning' | 'failed' | 'skipped';
  readonly detail: string;
  readonly fix?: string;
}

export interface Probe extends Finding {
  readonly name: string;
  readonly ms: number;
}

/** A probe that has no answer by then counts as one without: what hangs in a VPC hangs for ever. */
export const PROBE_MS = 3000;

export interface ProbeOptions {
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** What to look at when no answer came. */
  readonly ifSilent: string;
  readonly limitMs?: number;
}

export function ok(detail: string): Finding {
  return { state: 'ok', detail };
}

export function warning(detail: string, fix: string): Finding {
  return { state: 'warning', detail, fix };
}

export function failed(detail: string, fix: string): Finding {
  return { state: 'failed', detail, fix };
}

/** Looks, for at most PROBE_MS. Never throws: what is thrown is what was found. */
export async function probe(name: string, options: ProbeOptions, look: () => Promise<Finding>): Promise<Probe> {
  const { clock, ifSilent, limitMs = PROBE_MS } = options;
  const began = clock();
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<Finding>((resolve) => {
    timer = setTimeout(() => resolve(failed(`no answer within ${limitMs / 1000} s`, ifSilent)), limitMs);
  });
  try {
    const finding = await Promise.race([look().catch(thrown), silence]);
    return { name, ...finding, ms: clock() - began };
  } finally {
    clearTimeout(timer);
  }
}

/** An error as what was found. */
export function thrown(error: unknown): Finding {
  if (!(error instanceof SluiceError)) return { state: 'failed', detail: String(error) };
  return { state: 'failed', detail: error.message, ...(error.fix === undefined ? {} : { fix: error.fix }) };
}

/** Waits for what a probe rests on; what kept that from being had is told by its own probe. */
export async function resting<T>(on: Promise<T>, what: string, look: (value: T) => Promise<Finding>): Promise<Finding> {
  let value: T;
  try {
    value = await on;
  } catch {
    return { state: 'skipped', detail: `not tried: ${what} could not be reached` };
  }
  return look(value);
}
