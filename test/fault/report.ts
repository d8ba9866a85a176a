import type { Hit, Outcome } from './campaign.ts';
import { nameOf, POINTS } from './points.ts';

const WAYS = { SIGKILL: 'killed', SIGSTOP: 'paused', word: 'overtaken' } as const;

export interface Report {
  readonly text: string;
  readonly problem?: string;
}

/** Hits by step, and what the reader found. @param least how often a run is to have died at each point */
export function report({ ledger, hits, missed, census }: Outcome, least: number): Report {
  const rows = [...POINTS[ledger].map(nameOf), 'at random'];
  const titleOf = ({ point }: Hit) => (point === 'random' ? 'at random' : nameOf(point));
  const table = rows.map((row) => ({
    row,
    counts: (['SIGKILL', 'SIGSTOP', 'word'] as const).map(
      (way) => hits.filter((hit) => hit.how === way && titleOf(hit) === row).length,
    ),
  }));
  const { objects, records, lost, doubled, disordered, faults } = census;
  const sums = [0, 1, 2].map((column) => table.reduce((sum, { counts }) => sum + counts[column]!, 0));
  const lines = [
    line(`ledger: ${ledger}`, Object.values(WAYS)),
    ...table.map(({ row, counts }) => line(row, counts)),
    line('in all', sums),
    `${objects} objects, ${records} records and letters: lost ${lost}, doubled ${doubled}, out of order ${disordered}`,
  ];
  const seldom = table.filter(({ row, counts }) => row !== 'at random' && counts[0]! < least).map(({ row }) => row);
  const problems = [
    ...faults,
    ...(seldom.length === 0 ? [] : [`fewer than ${least} kills ${seldom.join(', ')}`]),
    ...missed.map((hit) => `no run was ${WAYS[hit.how]} ${titleOf(hit)}`),
  ];
  return { text: lines.join('\n'), ...(problems.length === 0 ? {} : { problem: problems.join('\n') }) };
}

function line(title: string, cells: readonly (string | number)[]): string {
  return title.padEnd(24) + cells.map((cell) => String(cell).padStart(10)).join('');
}
