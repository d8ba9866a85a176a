import type { RecordFailure, Stage } from '../failure/index.ts';
import type { ObjectRef } from '../object/contract.ts';
import type { RunError } from '../telemetry/run-record.ts';
import type { ExportPlan } from './plan.ts';

/** Which station refuses such records, and what mends them. What is not here was refused by the query. */
const KNOWN: Readonly<Record<string, { readonly stage: Stage; readonly fix: string }>> = {
  FieldCountMismatch: {
    stage: 'format',
    fix: 'Mend the record in its source, or set `source.csv.fieldCount: lenient`, which takes what fields there are.',
  },
  CSVUnclosedQuote: {
    stage: 'format',
    fix: "Nothing behind that quote can be told apart: close it (or double it) in the source and upload the object again. If quotes mean nothing in this object, set `source.csv.quote: ''`.",
  },
  CSVUnescapedQuote: {
    stage: 'format',
    fix: "Double the quotes inside quoted fields in the source, or set `source.csv.escape`, or `source.csv.quote: ''` if quotes mean nothing.",
  },
  CSVParsingError: { stage: 'format', fix: 'Mend the record in its source, or set `source.csv` as it is written.' },
  JSONParsingError: {
    stage: 'format',
    fix: 'Mend the JSON at this byte in its source; see also that `source.format` is right: jsonl is a value a line, json a document.',
  },
  LogParsingError: {
    stage: 'format',
    fix: 'See that `source.format` is the preset of this log, and that nothing else is written under the prefix.',
  },
  OverMaxRecordSize: {
    stage: 'format',
    fix: 'Make the record smaller in its source. If records end with something else than a newline, or a quote was left open, set `source.csv` as the object is written.',
  },
  InvalidTextEncoding: {
    stage: 'format',
    fix: 'Write the object as UTF-8 (`iconv -f latin1 -t utf-8`, if it is Latin-1), or leave the field out of the query.',
  },
  RecordTooLarge: {
    stage: 'kafka',
    fix: "Raise the topic's max.message.bytes (and what its consumers fetch), or select fewer columns.",
  },
};

const QUERY = {
  stage: 'select',
  fix: 'Mend the record in its source, or let the query allow for it: a WHERE that leaves it out, or CASE around the value.',
} as const;

/** What makes an object that its ledger has stopped go on. */
export function resuming({ rule, stage }: ExportPlan, key: string): string {
  return `\`sluice resume ${rule} '${key}' --stage ${stage}\`, which goes on where it stands`;
}

/** What takes an object off the list that nobody can go on with. */
export function forgetting({ rule, stage }: ExportPlan, key: string): string {
  return `To take it off the list of what stands still: \`sluice resume ${rule} '${key}' --forget --stage ${stage}\`.`;
}

/** Why a run stands at a record. `kept`: a ledger keeps it there. */
export function stoppedError(failure: RecordFailure, plan: ExportPlan, ref: ObjectRef, kept = false): RunError {
  const { code, reason, offset, length, fatal = false } = failure;
  const { stage, fix } = KNOWN[code] ?? QUERY;
  const place = plan.select.access === 'random' ? `row ${offset}` : `record at byte ${offset} (${length} bytes)`;
  const anew = `\`sluice trigger ${plan.rule} --stage ${plan.stage}\`, which begins the object anew`;
  const pass = fatal ? '' : ' To let the other records pass, set `onError` to discard or deadLetter.';
  return {
    code,
    stage,
    reason: `${place}: ${reason}`,
    fix: `${fix}${pass} After a change of the rule: \`sluice deploy\`, then ${kept ? resuming(plan, ref.key) : anew}.`,
    retryable: false,
    context: { rule: plan.rule, ...ref, offset, length },
  };
}
