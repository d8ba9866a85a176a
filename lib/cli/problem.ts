import { type Coordinates, SluiceError } from '../failure/index.ts';
import { exitCodeOf } from './exit.ts';
import type { Colors } from './terminal.ts';

/** Errors as a person reads them: what happened, where, and what to do about it. */
export function problemLines(error: unknown, colors: Colors, debug: boolean): string[] {
  const stack = debug && error instanceof Error && error.stack !== undefined ? [colors.dim(error.stack)] : [];
  if (!(error instanceof SluiceError)) {
    const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const fix = 'This is a fault in sluice itself. Run the command again with --debug and report what it prints.';
    return [`${colors.red('error:')} ${what}`, ...(debug ? stack : [`  ${colors.cyan('fix:')} ${fix}`])];
  }
  const where = place(error.context);
  return [
    `${colors.red('error:')} ${error.message}`,
    ...(where === undefined ? [] : [`  ${colors.dim('at')} ${where}`]),
    ...(error.fix === undefined ? [] : [`  ${colors.cyan('fix:')} ${error.fix}`]),
    ...stack,
  ];
}

/** `rules/a.yml:3:7`, or the object and the byte, or the topic. */
export function place(context: Coordinates): string | undefined {
  const { file, line, column, bucket, key, versionId, offset, topic, partition } = context;
  if (file !== undefined) return [file, line, column].filter((part) => part !== undefined).join(':');
  if (bucket !== undefined) {
    const object = key === undefined ? `s3://${bucket}` : `s3://${bucket}/${key}`;
    const version = versionId === undefined ? '' : ` (version ${versionId})`;
    return `${object}${version}${offset === undefined ? '' : `, byte ${offset}`}`;
  }
  if (topic !== undefined) return `topic ${topic}${partition === undefined ? '' : `-${partition}`}`;
  return offset === undefined ? undefined : `byte ${offset}`;
}

/** The same for scripts. */
export function problemDocument(error: unknown): object {
  const exitCode = exitCodeOf(error);
  if (!(error instanceof SluiceError)) {
    return { error: { code: 'Unexpected', message: error instanceof Error ? error.message : String(error), exitCode } };
  }
  const { code, stage, message, context, fix, retryable } = error;
  return { error: { code, stage, message, context, ...(fix === undefined ? {} : { fix }), retryable, exitCode } };
}

/** The same for problems that are listed. */
export function problemEntry({ code, message, context, fix }: SluiceError): object {
  return { code, message, context, ...(fix === undefined ? {} : { fix }) };
}
