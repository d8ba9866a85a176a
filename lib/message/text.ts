import { isAscii, isUtf8 } from 'node:buffer';
import { RecordError } from '../select/values/record-error.ts';
import type { Charset } from './options.ts';

export type DecodeText = (bytes: Uint8Array) => string;

/** Bytes as text, strictly: what is not of the charset throws RecordError `InvalidTextEncoding`. A byte order mark is left out. */
export function textDecoder(charset: Charset): DecodeText {
  if (charset === 'utf-8') return decodeUtf8;
  const decoder = new TextDecoder(charset, { fatal: true });
  const invalid = () => new RecordError('InvalidTextEncoding', `the message is not text in ${charset}`);
  return (bytes) => {
    // No byte of these charsets, and yet Node reads one for it.
    if (bytes.includes(0xff)) throw invalid();
    try {
      return decoder.decode(bytes);
    } catch {
      throw invalid();
    }
  };
}

function decodeUtf8(bytes: Uint8Array): string {
  const buffer = bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isAscii(buffer)) return buffer.toString('latin1');
  if (!isUtf8(buffer)) throw new RecordError('InvalidTextEncoding', 'the message is not text in utf-8');
  const marked = buffer[0] === 0xef && buffer[1] === 0xbb && buffer[2] === 0xbf;
  return buffer.toString('utf8', marked ? 3 : 0);
}
