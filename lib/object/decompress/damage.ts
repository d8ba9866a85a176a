import { SluiceError } from '../../failure/index.ts';
import type { ByteSource } from './byte-source.ts';

export type Compressed = 'gzip' | 'bzip2' | 'zstd';

/**
 * The compressed stream ends before it is complete. All `good` decompressed bytes were handed on.
 * Not retryable: the store delivered exactly what it holds.
 */
export function truncated(kind: Compressed, good: number, place: string): SluiceError {
  return new SluiceError(
    'TruncatedObject',
    `the ${kind} stream ends in the middle of ${place}; its first ${good} decompressed bytes are good`,
    {
      stage: 'object',
      context: { offset: good },
      fix: `Upload the object again: what is stored is not a whole ${kind} file. A writer that died, or an upload that was cut, leaves such a file.`,
    },
  );
}

/** The compressed stream is not what its format allows. `good` decompressed bytes were handed on and can be trusted. */
export function corrupt(kind: Compressed, good: number, reason: string, cause?: unknown): SluiceError {
  return new SluiceError(
    'CorruptObject',
    `the ${kind} stream is damaged: ${reason}; its first ${good} decompressed bytes are good`,
    {
      stage: 'object',
      context: { offset: good },
      fix: `Check the object with \`${TEST_COMMAND[kind]}\` and upload it again from its source.`,
      cause,
    },
  );
}

const TEST_COMMAND: Record<Compressed, string> = { gzip: 'gzip -t', bzip2: 'bzip2 -t', zstd: 'zstd -t' };

/**
 * Between two members, streams or frames: true at the end of the file. Zero bytes up to there are padding, as for the
 * formats' own tools. Anything else that does not begin a member is damage: those tools ignore it with a warning, but it
 * may as well be data whose beginning was overwritten, and that must not be lost in silence.
 */
export async function atEnd(source: ByteSource, kind: Compressed, good: number): Promise<boolean> {
  let padding = false;
  while (await source.need(1)) {
    if (source.view[0] !== 0) {
      if (padding) throw corrupt(kind, good, 'something follows the zero bytes behind its end');
      return false;
    }
    padding = true;
    source.skip(1);
  }
  return true;
}
