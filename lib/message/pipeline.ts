import { RecordError } from '../select/values/record-error.ts';
import type {
  Change,
  Changes,
  Message,
  MessageFailure,
  MessagePipeline,
  Notice,
  Row,
  Stage,
  Warning,
} from './contract.ts';
import { debeziumParser } from './debezium/events.ts';
import type { CompileOptions } from './expression.ts';
import { fixOf } from './fixes.ts';
import { Flattener } from './flatten.ts';
import { JsonSyntaxError } from './json/syntax-error.ts';
import type { MessageOptions, Step } from './options.ts';
import type { Parsed, ParseMessage } from './parsed.ts';
import { jsonParser, textParser } from './rows.ts';
import { type Progress, Stages } from './stages.ts';
import { compileSteps } from './steps/compile.ts';
import { textDecoder } from './text.ts';
import { traceRows } from './trace.ts';

export interface PipelineOptions extends CompileOptions {
  readonly message: MessageOptions;
  readonly steps: readonly Step[];
  /** Column → field or expression; left out: rows go on with the fields that they have. */
  readonly columns?: Readonly<Record<string, string>> | undefined;
}

/** Makes a rule's message part ready to run. Throws SluiceError for what can never be right in it, with the step's name. */
export function createPipeline({ message, steps, columns, now }: PipelineOptions): MessagePipeline {
  const flattener = message.nested === 'flatten' ? new Flattener() : undefined;
  const parse = parserOf(message);
  const stages = new Stages(compileSteps(steps, columns, flattener, { now }));

  const parsed = (one: Message): Parsed => {
    const result = parse(one);
    if (flattener === undefined || result.drafts.every(isFlat)) return result;
    return { ...result, drafts: result.drafts.map((draft) => flattened(draft, flattener)) };
  };

  return {
    run(messages) {
      const changes: Change[] = [];
      const failures: MessageFailure[] = [];
      const notices: Notice[] = [];
      let filtered = 0;
      let ignored = 0;
      const progress: Progress = { at: 'parse' };
      for (const one of messages) {
        const begun = changes.length;
        progress.at = 'parse';
        try {
          const { drafts, ignored: says = false, notices: news } = parsed(one);
          if (says) ignored++;
          if (news !== undefined) for (const each of news) notices.push({ ...each, message: one });
          let left = 0;
          for (const draft of drafts) {
            const done = stages.run(draft, progress);
            if (done !== draft && (done === undefined || done.kind !== draft.kind)) left++;
            if (done !== undefined) changes.push(counted(done, changes.length - begun));
          }
          filtered += left;
        } catch (error) {
          changes.length = begun;
          failures.push(failureOf(error, one, progress));
        }
      }
      return { changes, failures, filtered, ignored, notices } satisfies Changes;
    },

    trace(one) {
      const shown: Stage[] = [];
      const warnings: Warning[] = [];
      const notices: Notice[] = [];
      const changes: Change[] = [];
      const progress: Progress = { at: 'parse' };
      try {
        const { drafts, notices: news = [] } = parsed(one);
        notices.push(...news.map((each) => ({ ...each, message: one })));
        shown.push({ name: 'parsed', rows: rowsOf(drafts) });
        traceRows(drafts, stages.steps, progress, shown, warnings);
        for (const draft of drafts) {
          const done = stages.run(draft, progress);
          if (done !== undefined) changes.push(counted(done, changes.length));
        }
      } catch (error) {
        return { stages: shown, failure: failureOf(error, one, progress), changes: [], warnings, notices };
      }
      return { stages: shown, changes, warnings, notices };
    },
  };
}

function parserOf({ format = 'json', charset = 'utf-8', debezium = {} }: MessageOptions): ParseMessage {
  const decodeText = textDecoder(charset);
  if (format === 'debezium') return debeziumParser(debezium, decodeText);
  return format === 'text' ? textParser(decodeText) : jsonParser(decodeText);
}

function isFlat(draft: Change): boolean {
  return draft.kind !== 'put' || Flattener.isFlat(draft.row);
}

function flattened(draft: Change, flattener: Flattener): Change {
  return draft.kind === 'put' ? { ...draft, row: flattener.flatten(draft.row) } : draft;
}

/** Rows that were left out are not counted. */
function counted(change: Change, index: number): Change {
  return change.index === index ? change : { ...change, index };
}

/** What a preview shows of changes: the rows, and of deletes the keys. */
function rowsOf(drafts: readonly Change[]): readonly Row[] {
  return drafts.flatMap((draft) => (draft.kind === 'put' ? draft.row : draft.kind === 'remove' ? draft.key : []));
}

function failureOf(error: unknown, message: Message, { at }: Progress): MessageFailure {
  if (!(error instanceof RecordError)) throw error;
  const { code, reason } = error;
  const fix = fixOf(code, at);
  return {
    message,
    code,
    reason,
    at,
    ...(error instanceof JsonSyntaxError && at === 'parse' ? { position: error.position } : {}),
    ...(fix === undefined ? {} : { fix }),
  };
}
