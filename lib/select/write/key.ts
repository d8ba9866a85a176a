import { WriteBuffer } from '../../format/write-buffer.ts';
import { Found } from '../fields/span.ts';
import { isUnknown } from '../values/compare.ts';
import { plainBytes, type Source } from './found.ts';
import type { Projected } from './projections.ts';
import { writePlainValue } from './value.ts';

/** Writes a row's key as text. False: it is NULL or MISSING, and nothing was written. */
export type WriteKey<R> = (row: R, out: WriteBuffer) => boolean;

/** The key that a result column gives. */
export function keyWriter<R extends Source>({ locate, evaluate }: Projected<R>): WriteKey<R> {
  if (locate === undefined) {
    return (row, out) => {
      const value = evaluate(row);
      if (isUnknown(value)) return false;
      writePlainValue(out, value);
      return true;
    };
  }
  const scratch = new WriteBuffer(1024);
  return (row, out) => {
    const found = locate(row);
    if (found === Found.MISSING || found === Found.NULL) return false;
    plainBytes(row, found, scratch, (bytes, from, to) => out.copy(bytes, from, to));
    return true;
  };
}
