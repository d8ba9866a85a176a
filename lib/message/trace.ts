import type { Change, Row, Stage, Warning } from './contract.ts';
import type { Progress } from './stages.ts';
import type { NamedStep } from './steps/compile.ts';
import type { Fields } from './steps/fields.ts';

/** Runs rows through the steps one step after another, and notes what they are behind each. Throws RecordError; what was noted stays. */
export function traceRows(
  drafts: readonly Change[],
  steps: readonly NamedStep[],
  progress: Progress,
  shown: Stage[],
  warnings: Warning[],
): void {
  let rows = drafts.flatMap((draft): Fields[] => {
    if (draft.kind === 'put') return [{ row: draft.row, unchanged: draft.unchanged, partial: false }];
    return draft.kind === 'remove' ? [{ row: draft.key, unchanged: [], partial: true }] : [];
  });
  for (const step of steps) {
    progress.at = step.at;
    const whole = rows.filter(({ partial, unchanged }) => !partial && unchanged.length === 0).map(({ row }) => row);
    const found = step.warn?.(whole) ?? [];
    for (const warning of found) warnings.push({ at: step.at, ...warning });
    rows = rows.flatMap((fields) => step.run(fields) ?? []);
    shown.push({ name: step.at, rows: rows.map(({ row }): Row => row) });
  }
}
