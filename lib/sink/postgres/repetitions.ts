import type { Change, ChangeOrder, Put } from '../../message/contract.ts';
import { isOlder } from './fold.ts';
import { asSentFirst } from './order.ts';

/**
 * Tells of one change after another whether its source sends it again, since the partition has had a later one already.
 * What stands at the last place itself is sent again behind older ones, or where it is no insert; else it is another row
 * of one COPY, whose rows share a place.
 */
export class Repetitions {
  #last: ChangeOrder | undefined;

  /** @param last as it was left by the changes before */
  constructor(last: ChangeOrder | undefined) {
    this.#last = last;
  }

  /** The latest so far. While its source sends again it is beyond its own place, so that what stands there is older. */
  get last(): ChangeOrder | undefined {
    return this.#last;
  }

  isAgain(change: Change & Partial<Pick<Put, 'snapshot'>>): boolean {
    const { order, snapshot } = change;
    const last = this.#last;
    if (order === undefined) return false;
    const stands = snapshot === undefined ? asSentFirst(order, last) : order;
    if (last === undefined || isOlder(last, stands)) {
      this.#last = order;
      return false;
    }
    if (snapshot !== undefined) return false;
    const isAgain = isOlder(stands, last) || stands !== order || !isInsert(change);
    if (isAgain && last.length === stands.length) this.#last = [...last, 0n];
    return isAgain;
  }
}

const isInsert = (change: Change): boolean => change.kind === 'put' && change.before === undefined;
