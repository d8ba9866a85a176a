/** `ledger: kafka` with one step swapped: each looks the same, and each doubles a batch. */
import { type Course, start } from '../../../lib/ledger/kafka/course.ts';
import { type GroupProtocol, groups } from './groups.ts';

/** A course that was told where to go on before it connected. */
type Informed = Course & { readonly found?: Course };

export const readsBeforeItConnects: GroupProtocol = {
  ...groups,
  start: () => ({ phase: { at: 'looking' } }),
  answered(course: Informed, answer): Informed {
    const { phase, found } = course;
    if (phase.at === 'connecting') return found ?? course;
    const next = groups.answered(course, answer);
    return phase.at === 'looking' && next.phase.at === 'holding' ? { ...start(), found: next } : next;
  },
};

/** After a time-out the transaction is aborted and done again under the same epoch. */
export const abortsAndGoesOn: GroupProtocol = {
  ...groups,
  aborts: true,
  failed: ({ phase }) =>
    phase.at === 'transacting' ? { phase: { ...phase, step: 'begin' } } : groups.failed({ phase }),
};
