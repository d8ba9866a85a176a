import { SluiceError } from '../../failure/index.ts';
import { accessFailure } from './access-failure.ts';
import type { ErrorTraits, Finding, PostgresPlace } from './finding.ts';
import { networkFailure } from './network-failure.ts';
import { serverFailure } from './server-failure.ts';

/**
 * Turns whatever the client threw into an error that says what to do: a RowFault where it lies in the rows. What the
 * server says is not passed on as it is: its details, and many of its messages, hold values.
 */
export function postgresFailure(error: unknown, place: PostgresPlace): SluiceError {
  if (error instanceof SluiceError) return error;
  const traits = traitsOf(error);
  if (traits.severity === undefined) {
    // A fault of this program is not one of the network.
    if (error instanceof TypeError || error instanceof RangeError) throw error;
    return toError(networkFailure(traits, place));
  }
  const access = accessFailure(traits, place);
  return access === undefined ? serverFailure(traits, place) : toError(access);
}

export function toError({ code, message, fix, retryable }: Finding): SluiceError {
  return new SluiceError(code, message, { stage: 'sink', retryable, fix });
}

/** `SQLSTATE` of an error that the server sent; undefined for any other. */
export function sqlStateOf(error: unknown): string | undefined {
  const { code, severity } = traitsOf(error);
  return severity === undefined ? undefined : code;
}

export function traitsOf(error: unknown): ErrorTraits {
  // Node collects what failed for each address of a host.
  const { errors } = error as { errors?: readonly unknown[] };
  const inner = Array.isArray(errors) && errors.length > 0 ? errors[0] : error;
  const fields = (inner ?? {}) as Partial<Record<keyof ErrorTraits, unknown>>;
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  return {
    message: text(fields.message) ?? String(inner),
    code: text(fields.code),
    severity: text(fields.severity),
    table: text(fields.table),
    column: text(fields.column),
    constraint: text(fields.constraint),
    where: text(fields.where),
  };
}
