/** Not among kafkajs's types: what it puts a request together in. */
declare module 'kafkajs/src/protocol/encoder.js' {
  class Encoder {
    buf: Buffer;
    readonly buffer: Buffer;
    offset: number;
    writeEncoder(value: import('./hook.ts').Encoded): this;
  }
  export = Encoder;
}
