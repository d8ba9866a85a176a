import { RecordError } from '../../select/values/record-error.ts';

/** Text that is no JSON. Its reason names the place and what should be there, never what stands there. */
export class JsonSyntaxError extends RecordError {
  /** In bytes of UTF-8. */
  readonly position: number;
  readonly #what: string;

  constructor(what: string, position: number) {
    super('JSONParsingError', `this is no JSON: ${what}, at byte ${position}`);
    this.#what = what;
    this.position = position;
  }

  /** The same in a text that so many bytes stand before. */
  behind(bytes: number): JsonSyntaxError {
    return new JsonSyntaxError(this.#what, this.position + bytes);
  }
}
