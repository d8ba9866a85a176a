import { SluiceError } from '../../lib/failure/index.ts';

/** The SluiceError that some work fails with; anything else fails the test. */
export async function failureOf(work: Promise<unknown> | (() => unknown)): Promise<SluiceError> {
  let outcome: unknown;
  try {
    outcome = await (typeof work === 'function' ? work() : work);
  } catch (error) {
    if (error instanceof SluiceError) return error;
    throw error;
  }
  throw new Error(`expected a SluiceError, got ${String(outcome)}`);
}
