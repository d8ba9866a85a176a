/**
 * Why one record could not be evaluated. Thrown by values and functions, caught once for each record by the run, which makes
 * a `RecordFailure` of it. Not an Error: a bad file may throw millions of them, and a stack trace costs more than the record.
 */
export class RecordError {
  readonly code: string;
  readonly reason: string;
  constructor(code: string, reason: string) {
    this.code = code;
    this.reason = reason;
  }
}
