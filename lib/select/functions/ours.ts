import { Type } from '../types.ts';
import { RecordError } from '../values/record-error.ts';
import type { Value } from '../values/value.ts';
import type { Call, FunctionEntry, Strict } from './entry.ts';

const TEXT = { name: 'text', types: Type.STRING } as const;

function expression(pattern: string): RegExp {
  try {
    return new RegExp(pattern, 'u');
  } catch {
    throw new RecordError('EvaluatorInvalidArguments', 'REGEXP_LIKE has a pattern that is no regular expression');
  }
}

function regexpLike({ constants }: Call): Strict {
  const constant = constants[1];
  if (typeof constant === 'string') {
    const fixed = expression(constant);
    return (text) => fixed.test(text as string);
  }
  let last = '';
  let compiled = expression(last);
  return (text, pattern) => {
    if (pattern !== last) {
      compiled = expression(pattern as string);
      last = pattern as string;
    }
    return compiled.test(text as string);
  };
}

function splitPart(text: Value, separator: Value, n: Value): string {
  const place = Number(n);
  if (place === 0) throw new RecordError('EvaluatorInvalidArguments', 'SPLIT_PART counts parts from 1');
  const parts = separator === '' ? [text as string] : (text as string).split(separator as string);
  return parts.at(place > 0 ? place - 1 : place) ?? '';
}

/** What S3 Select does not have. */
export const OUR_FUNCTIONS: readonly FunctionEntry[] = [
  {
    name: 'REGEXP_LIKE',
    family: 'ours',
    signature: 'REGEXP_LIKE(text, pattern)',
    parameters: [TEXT, { name: 'pattern', types: Type.STRING }],
    result: Type.BOOL,
    summary: 'Whether the regular expression (ECMAScript, with Unicode) matches anywhere in the text.',
    implementation: { kind: 'strict', bind: regexpLike },
  },
  {
    name: 'SPLIT_PART',
    family: 'ours',
    signature: 'SPLIT_PART(text, separator, n)',
    parameters: [TEXT, { name: 'separator', types: Type.STRING }, { name: 'n', types: Type.INT }],
    result: Type.STRING,
    summary: 'The nth part of the text between separators, the first being 1, the last −1; empty if there is none.',
    implementation: { kind: 'strict', bind: () => splitPart },
  },
];
