import { RecordError } from '../../select/values/record-error.ts';

/** Text that is no JSON. Its reason names the place and what should be there, never what stands there. */
export class JsonSyntaxError extends RecordError {
  /** In the text's UTF-8 bytes. */
  readonly position: number;

  /** @param at in UTF-16 units */
  constructor(what: string, text: string, at: number) {
    const position = Buffer.byteLength(text.slice(0, at));
    super('JSONParsingError', `this is no JSON: ${what}, at byte ${position}`);
    this.position = position;
  }
}
