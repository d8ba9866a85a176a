/** The package has no types of its own. A Buffer in gives a Buffer out. */
declare module 'snappyjs' {
  export function compress(input: Buffer): Buffer;
  export function uncompress(input: Buffer): Buffer;
}
