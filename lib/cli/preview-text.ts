import type { Preview } from '../export/preview.ts';
import type { ExportRule } from '../rule/index.ts';
import { jsonMembers } from './json-row.ts';
import type { Source } from './local-source.ts';
import { printable, table } from './table.ts';
import type { Terminal } from './terminal.ts';
import { bytes, count, counted } from './units.ts';

const SHOWN_REJECTS = 10;

type Named = Pick<Source, 'name' | 'compression'>;

export function previewLines(rule: ExportRule, source: Named, preview: Preview, terminal: Terminal): string[] {
  const { colors } = terminal;
  const { rows, rejects, scanned, matched, rejected, complete } = preview;
  const shown = rows.length === 0 ? [] : [...rowLines(rule, preview, terminal.columns), ''];
  const sums = [
    `${count(scanned)} scanned`,
    `${count(matched)} matched`,
    rejected === 0 ? 'none rejected' : colors.red(`${count(rejected)} rejected`),
  ].join(', ');
  const isRows = rule.source.format === 'parquet';
  const read = `${isRows ? counted(preview.bytes, 'row') : bytes(preview.bytes)} of ${printable(source.name)} (${source.compression === 'none' ? 'not compressed' : source.compression})`;
  const part = complete || preview.error !== undefined ? '' : '; reading ended here: --all reads to the end';
  const hidden = rejected - Math.min(rejects.length, SHOWN_REJECTS);
  return [
    ...shown,
    `${sums} in ${read}${part}`,
    ...rejects
      .slice(0, SHOWN_REJECTS)
      .map(
        ({ code, reason, offset, length }) =>
          `  ${colors.red('rejected')} ${isRows ? `row ${offset}` : `bytes ${offset}–${offset + length}`}: ${printable(reason)} (${code})`,
      ),
    ...(hidden > 0 ? [`  and ${counted(hidden, 'further record')}; --json lists the first 100`] : []),
    ...(matched === 0 && complete ? ['No record matched the query.'] : []),
  ];
}

/** JSON rows as a table of their members; other formats as they leave. */
function rowLines({ kafka }: ExportRule, { rows }: Preview, width: number): string[] {
  if (kafka.value !== 'json') return rows.map(({ text }) => printable(text));
  const members = rows.map(({ text }) => new Map(jsonMembers(text) ?? [['', text]]));
  const names = [...new Set(members.flatMap((row) => [...row.keys()]))];
  return table(
    names.map((title) => ({ title: printable(title), asWritten: true })),
    members.map((row) => names.map((name) => printable(row.get(name) ?? ''))),
    width,
  );
}

/** The rows stand in the document as they leave, digit by digit: as JSON where the rule writes JSON, else as text. */
export function previewDocument(rule: ExportRule, stage: string, source: Named, preview: Preview): string {
  const { rows, rejects, scanned, matched, rejected, complete, error } = preview;
  const facts = {
    rule: rule.name,
    stage,
    object: source.name,
    compression: source.compression,
    scanned,
    matched,
    rejected,
    ...(rule.source.format === 'parquet' ? { sourceRows: preview.bytes } : { bytes: preview.bytes }),
    complete,
    rejects,
    ...(error === undefined ? {} : { error: { code: error.code, message: error.message } }),
  };
  const texts = rows.map(({ text }) => `    ${rule.kafka.value === 'json' ? text : JSON.stringify(text)}`);
  const list = texts.length === 0 ? '[]' : `[\n${texts.join(',\n')}\n  ]`;
  return `${JSON.stringify(facts, null, 2).slice(0, -2)},\n  "rows": ${list}\n}`;
}
