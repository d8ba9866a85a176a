import { Type } from '../types.ts';
import { RecordError } from '../values/record-error.ts';
import { countCharacters, indexOfCharacter } from '../values/text.ts';
import type { Value } from '../values/value.ts';
import type { FunctionEntry, Strict } from './entry.ts';

const TEXT = { name: 'text', types: Type.STRING } as const;

function strict(evaluate: Strict): FunctionEntry['implementation'] {
  return { kind: 'strict', bind: () => evaluate };
}

const charLength: Omit<FunctionEntry, 'name' | 'signature'> = {
  family: 'string',
  parameters: [TEXT],
  result: Type.INT,
  summary: 'How many characters the text has.',
  implementation: strict((text) => countCharacters(text as string)),
};

/** SQL-92: the characters at places start … start + length − 1, of those that there are. */
function substring(text: Value, start: Value, length: Value): string {
  const whole = text as string;
  const from = Number(start);
  if (length === undefined) return whole.slice(indexOfCharacter(whole, 0, from - 1));
  if (Number(length) < 0) throw new RecordError('EvaluatorInvalidArguments', 'SUBSTRING has a negative length');
  const first = Math.max(from, 1);
  const begin = indexOfCharacter(whole, 0, first - 1);
  return whole.slice(begin, indexOfCharacter(whole, begin, from + Number(length) - first));
}

function trim(side: string): Strict {
  const leading = side !== 'TRAILING';
  const trailing = side !== 'LEADING';
  return (text, characters) => {
    const all = [...(text as string)];
    const set = new Set(characters === undefined ? ' ' : (characters as string));
    let from = 0;
    let to = all.length;
    while (leading && from < to && set.has(all[from]!)) from++;
    while (trailing && from < to && set.has(all[to - 1]!)) to--;
    return all.slice(from, to).join('');
  };
}

export const STRING_FUNCTIONS: readonly FunctionEntry[] = [
  { ...charLength, name: 'CHAR_LENGTH', signature: 'CHAR_LENGTH(text)' },
  { ...charLength, name: 'CHARACTER_LENGTH', signature: 'CHARACTER_LENGTH(text)' },
  {
    name: 'LOWER',
    family: 'string',
    signature: 'LOWER(text)',
    parameters: [TEXT],
    result: Type.STRING,
    summary: 'The text in lower case.',
    implementation: strict((text) => (text as string).toLowerCase()),
  },
  {
    name: 'UPPER',
    family: 'string',
    signature: 'UPPER(text)',
    parameters: [TEXT],
    result: Type.STRING,
    summary: 'The text in upper case.',
    implementation: strict((text) => (text as string).toUpperCase()),
  },
  {
    name: 'SUBSTRING',
    family: 'string',
    signature: 'SUBSTRING(text, start [, length]) or SUBSTRING(text FROM start [FOR length])',
    parameters: [TEXT, { name: 'start', types: Type.INT }, { name: 'length', types: Type.INT, optional: true }],
    result: Type.STRING,
    summary: 'The characters from place start on, the first being 1. A start below 1 shortens the length by as much.',
    implementation: strict(substring),
  },
  {
    name: 'TRIM',
    family: 'string',
    signature: 'TRIM([[LEADING | TRAILING | BOTH] [characters] FROM] text)',
    parameters: [TEXT, { name: 'characters', types: Type.STRING, optional: true }],
    result: Type.STRING,
    summary: 'The text without the given characters (a set; by default the space) at its ends.',
    implementation: { kind: 'strict', bind: ({ keyword }) => trim(keyword) },
  },
];
