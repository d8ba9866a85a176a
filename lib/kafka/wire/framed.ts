/**
 * A request's body with room in front of it. kafkajs puts a request's header before its body, and its length before both,
 * each time by copying all of it into a buffer of twice the size that it fills with zeros first. Before a body with room
 * the few bytes are written into the room instead.
 */
import Encoder from 'kafkajs/src/protocol/encoder.js';
import { type Encoded, INSIDES_KNOWN } from './hook.ts';

/** Enough for the length, API, version, correlation id, and a client id of some hundred letters. */
export const HEADROOM = 512;

export class Framed implements Encoded {
  readonly buf: Buffer;
  #from: number;
  readonly #to: number;

  /** The body is `room[from, to)`. */
  constructor(room: Buffer, from: number, to: number) {
    this.buf = room;
    this.#from = from;
    this.#to = to;
  }

  /** The body, and what was put before it. */
  get buffer(): Buffer {
    return this.buf.subarray(this.#from, this.#to);
  }

  /** False where the room is too small: nothing is changed then. */
  prepend(bytes: Buffer): boolean {
    if (bytes.length > this.#from) return false;
    this.#from -= bytes.length;
    this.buf.set(bytes, this.#from);
    return true;
  }
}

/** Encoders that took a body as their own, since what they held before was put in front of it. */
const bodies = new WeakMap<Encoded, Framed>();

function frame(encoder: Encoder, value: Encoded): boolean {
  const body = value instanceof Framed ? value : bodies.get(value);
  if (body === undefined || !body.prepend(encoder.buf.subarray(0, encoder.offset))) return false;
  encoder.buf = body.buffer;
  encoder.offset = encoder.buf.length;
  bodies.set(encoder, body);
  return true;
}

if (INSIDES_KNOWN) {
  const { writeEncoder } = Encoder.prototype;
  Encoder.prototype.writeEncoder = function (this: Encoder, value: Encoded) {
    return frame(this, value) ? this : writeEncoder.call(this, value);
  };
}
