import type { End, Hold, Opening } from '../../../lib/ledger/contract.ts';
import { column } from '../rows.ts';
import { OBJECT } from './fakes.ts';

/** The hold of an object that was to be had. */
export function held(opening: Opening): Hold {
  if (opening.kind !== 'open') throw new Error(`the object is ${opening.kind}`);
  return opening.hold;
}

/** Commits one record, the last byte of whose batch is `to`. */
export function put(hold: Hold, value: string, to: number, end?: End): Promise<void> {
  const batch = { count: 1, values: column([value]), offsets: Float64Array.of(0) };
  const send = async (sender: Parameters<Parameters<Hold['commit']>[1]>[0]) => {
    await sender.send(batch, OBJECT);
  };
  return hold.commit({ byte: to, counts: { sent: to } }, send, end);
}
