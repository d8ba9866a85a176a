import type { Backfill, BackfillTally } from '../export/backfill.ts';
import type { ExportBundle } from '../rule/index.ts';
import type { Extent } from './backfill.ts';
import type { Context } from './command.ts';
import { printable } from './table.ts';
import { bytes, count, counted, duration } from './units.ts';

export interface Pace {
  /** From 0 to 1. */
  readonly share: number;
  readonly recordsPerSecond: number;
  /** Undefined while nothing tells it yet. */
  readonly leftMs?: number;
}

const BAR = 20;
/** Objects that were left are told one by one up to so many. */
const TOLD = 50;

export function progressLine(extent: Extent, so: BackfillTally, { share, recordsPerSecond, leftMs }: Pace): string {
  const filled = Math.floor(share * BAR);
  const bad = so.stopped + so.failed;
  return [
    `[${'='.repeat(filled)}${' '.repeat(BAR - filled)}] ${Math.floor(share * 100)} %`,
    `${count(so.objects)}/${count(extent.objects)} objects`,
    `${bytes(so.bytes)}/${bytes(extent.bytes)}`,
    `${count(so.sent)} records`,
    `${count(Math.round(recordsPerSecond))}/s`,
    ...(leftMs === undefined ? [] : [`${duration(leftMs)} left`]),
    ...(bad > 0 ? [`${count(bad)} not well`] : []),
  ].join('  ');
}

export function countLines({ rule }: ExportBundle, { objects, bytes: size, tooOld }: Extent): string[] {
  const { bucket, prefix, suffix } = rule.source;
  return [
    `${counted(objects, 'object')}, ${bytes(size)} stored, at s3://${bucket}/${prefix}*${suffix}. Nothing was run.`,
    ...(tooOld === 0
      ? []
      : [`${count(tooOld)} of them are older than dedupe: with ledger: kafka they are refused without --again.`]),
  ];
}

export function summaryLines(
  { terminal: { colors } }: Pick<Context, 'terminal'>,
  { rule }: ExportBundle,
  extent: Extent,
  so: Backfill,
  goOn: string | undefined,
): string[] {
  const parts = [
    `${count(so.exported)} exported`,
    ...(so.already > 0 ? [`${count(so.already)} already exported`] : []),
    ...(so.gone > 0 ? [`${count(so.gone)} gone since`] : []),
    ...(so.underWay > 0 ? [`${count(so.underWay)} go on in another run`] : []),
    ...(so.stopped > 0 ? [colors.red(`${count(so.stopped)} stopped`)] : []),
    ...(so.failed > 0 ? [colors.red(`${count(so.failed)} failed`)] : []),
  ];
  const told = so.left
    .slice(0, TOLD)
    .flatMap(({ key, error: { code, reason, fix } }) => [
      `  ${colors.red('left:')} ${printable(`s3://${rule.source.bucket}/${key}`)}`,
      `    ${printable(reason)} (${code})`,
      ...(fix === undefined ? [] : [`    ${colors.cyan('fix:')} ${printable(fix)}`]),
    ]);
  const rest = so.stopped + so.failed - Math.min(TOLD, so.left.length);
  const end =
    so.ended === undefined
      ? []
      : [
          so.ended === 'interrupted'
            ? colors.yellow('Interrupted. To go on:')
            : colors.red('It ended early. When that is mended, go on:'),
          `  ${goOn}`,
        ];
  return [
    `${count(so.objects)} of ${counted(extent.objects, 'object')}: ${parts.join(', ')}; ${counted(so.sent, 'record')} sent to ${rule.kafka.topic}.`,
    ...told,
    ...(rest > 0 ? [`  and ${count(rest)} more: --json lists up to 1,000, sluice logs --failed all`] : []),
    ...end,
  ];
}
