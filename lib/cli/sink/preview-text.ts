import { WriteBuffer } from '../../format/write-buffer.ts';
import type { Row, Value } from '../../message/contract.ts';
import type { SinkRule } from '../../rule/index.ts';
import { writeJsonValue } from '../../select/write/value.ts';
import type { PreviewedMessage, SinkPreview } from '../../sink/preview.ts';
import { printable, table } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { counted } from '../units.ts';

/** A stage of all messages together: each of its rows, and the message that it came in. */
interface StageRows {
  readonly name: string;
  readonly rows: readonly { readonly message: string; readonly row: Row }[];
}

export function sinkPreviewLines(
  source: string,
  { messages, warnings, notices, statements }: SinkPreview,
  { colors, columns }: Pick<Terminal, 'colors' | 'columns'>,
): string[] {
  const stages = stagesOf(messages).flatMap(({ name, rows }) => [
    '',
    colors.bold(name),
    ...(rows.length === 0 ? [colors.dim('no rows')] : rowTable(rows, columns)),
  ]);
  const failures = messages.flatMap(({ message, failure }) =>
    failure === undefined
      ? []
      : [
          `${colors.red('bad')} ${nameOf(message)}, ${failure.at}: ${printable(failure.reason)} (${failure.code})`,
          ...(failure.fix === undefined ? [] : [`  ${colors.cyan('fix:')} ${printable(failure.fix)}`]),
        ],
  );
  const said = [
    ...failures,
    ...warnings.map(
      ({ at, what, rows, of }) => `${colors.yellow('warning')} ${at}: ${what}, in ${rows} of ${counted(of, 'row')}`,
    ),
    ...notices.map(({ code, text }) => `${colors.yellow('notice')} ${printable(text)} (${code})`),
  ];
  return [
    `${counted(messages.length, 'message')} of ${source}. Nothing is written.`,
    ...stages,
    ...(said.length === 0 ? [] : ['', ...said]),
    ...(statements === undefined
      ? []
      : ['', colors.bold('would be sent'), ...(statements.length === 0 ? [colors.dim('nothing')] : statements)]),
  ];
}

function rowTable(rows: StageRows['rows'], width: number): string[] {
  const names = [...new Set(rows.flatMap(({ row }) => row.names))];
  const titles = [{ title: 'message' }, ...names.map((title) => ({ title: printable(title), asWritten: true }))];
  return table(
    titles,
    rows.map(({ message, row }) => [message, ...names.map((name) => cellOf(row, name))]),
    width,
  );
}

function cellOf(row: Row, name: string): string {
  const at = row.names.indexOf(name);
  if (at === -1) return '';
  const value = row.values[at];
  return printable(typeof value === 'string' ? value : jsonOf(value ?? null));
}

function stagesOf(messages: readonly PreviewedMessage[]): readonly StageRows[] {
  const stages = new Map<string, { message: string; row: Row }[]>();
  for (const { message, stages: own } of messages) {
    for (const { name, rows } of own) {
      const all = stages.get(name) ?? [];
      all.push(...rows.map((row) => ({ message: nameOf(message), row })));
      stages.set(name, all);
    }
  }
  return [...stages].map(([name, rows]) => ({ name, rows }));
}

function nameOf({ partition, offset }: PreviewedMessage['message']): string {
  return `${partition}:${offset}`;
}

/** Values stand in the document digit by digit. */
export function sinkPreviewDocument(
  rule: SinkRule,
  stage: string,
  source: string,
  { messages, warnings, notices, statements, error }: SinkPreview,
): string {
  const facts = {
    rule: rule.name,
    stage,
    source,
    warnings,
    notices: notices.map(({ code, text }) => ({ code, text })),
    ...(statements === undefined ? {} : { statements }),
    ...(error === undefined ? {} : { error: { code: error.code, message: error.message } }),
  };
  const shown = messages.map(({ message, stages, failure }) => {
    const { topic, partition, offset } = message;
    const why =
      failure === undefined ? {} : { failure: { at: failure.at, code: failure.code, reason: failure.reason } };
    const head = JSON.stringify({ topic, partition, offset, ...why });
    const each = stages.map(
      ({ name, rows }) => `{"name":${JSON.stringify(name)},"rows":[${rows.map(jsonOf).join(',')}]}`,
    );
    return `    ${head.slice(0, -1)},"stages":[${each.join(',')}]}`;
  });
  const list = shown.length === 0 ? '[]' : `[\n${shown.join(',\n')}\n  ]`;
  return `${JSON.stringify(facts, null, 2).slice(0, -2)},\n  "messages": ${list}\n}`;
}

function jsonOf(value: Value): string {
  const out = new WriteBuffer();
  writeJsonValue(out, value);
  return Buffer.from(out.bytes.subarray(0, out.length)).toString();
}
