import { CAST_TYPES } from './ast.ts';
import { FAMILIES, type FunctionEntry } from './functions/entry.ts';
import { FUNCTIONS } from './functions/table.ts';
import { RESERVED } from './reserved.ts';
import { nameTypes } from './types.ts';

type Outcome<T> = T | { readonly error: string };

/** Cases of one clause: expressions and the JSON of their values (empty: MISSING), queries over the input and their rows. */
export interface CaseGroup {
  readonly clause: string;
  readonly csv?: string;
  readonly jsonl?: string;
  readonly json?: string;
  readonly options?: object;
  readonly values?: readonly (readonly [expression: string, value: Outcome<string>])[];
  readonly rows?: readonly (readonly [query: string, rows: Outcome<readonly string[]>])[];
}
export interface CaseFile {
  readonly source: string;
  readonly groups: readonly CaseGroup[];
}

/** `docs/select.md`: the dialect, read off the function table and off cases that the tests hold the engine to. */
export function reference(files: readonly CaseFile[]): string {
  const groups = files.flatMap((file) => file.groups);
  const parts = [
    INTRODUCTION,
    '## Functions',
    ...FAMILIES.flatMap((family) => [`### ${FAMILY_TITLES[family]}`, ...functionsOf(family, groups)]),
    '## Clause by clause',
    'Each example is a case of the conformance tests, which hold many more under the same heading.',
    ...files.flatMap(({ source, groups: all }) => clauses(source, all)),
    '## Reserved words',
    'A column of such a name stands in double quotes: `s."date"`.',
    [...RESERVED].map((word) => `\`${word}\``).join(' '),
  ];
  return `${parts.join('\n\n')}\n`;
}

const FAMILY_TITLES: Readonly<Record<FunctionEntry['family'], string>> = {
  string: 'Text',
  date: 'Dates',
  conditional: 'Conditions',
  ours: 'Ours: not in S3 Select',
};

const INTRODUCTION = `# The SELECT of a rule, and of \`sluice select\`

<!-- Written by \`node docs/generate.mjs\` from lib/select/functions and test/conformance/select. -->

The dialect is Amazon S3 Select's, whole, in an engine of our own. \`sluice select\` runs it over a file, an object or
standard input:

\`\`\`sh
sluice select "SELECT s.id, s.uri FROM S3Object s WHERE s.status >= 500" access.csv.gz --header use
\`\`\`

## A query

\`\`\`
SELECT * | expression [[AS] name], …
FROM S3Object[path] [[AS] alias]
[WHERE condition]
[LIMIT rows]
\`\`\`

- **Columns** are \`s.name\`, or \`s._1\`, \`s._2\`, … by place. Names match without case, in double quotes with it. In JSON
  a path goes on: \`s.a.b[0]."c"\`. The path behind \`S3Object\` says what a row is: \`S3Object[*].orders[*]\`.
- **Operators**, the ones that bind closest first: unary \`-\`; \`* / %\`; \`+ -\`; \`||\`; \`IN\`; \`BETWEEN\`; \`LIKE … ESCAPE\`;
  \`< <= > >=\`; \`= <> !=\`; \`IS [NOT] NULL\`, \`IS [NOT] MISSING\`; \`NOT\`; \`AND\`; \`OR\`.
- **Aggregates** \`COUNT(*)\`, \`COUNT\`, \`SUM\`, \`AVG\`, \`MIN\`, \`MAX\` make one row of all and stand in the SELECT list only.
- **CASE** in both forms, and \`CAST(… AS type)\` with ${CAST_TYPES.map((type) => `\`${type}\``).join(', ')}
  (also written BOOLEAN, INTEGER, NUMERIC).
- **Literals**: \`'text'\`, \`12\`, \`1.5\` (an exact decimal), \`1e3\` (a float), \`TRUE\`, \`NULL\`, \`MISSING\`, \`[1, 2]\`, and
  timestamps in back-ticks, which keep their precision: \`\` \`2026-02T\` \`\`.

What the dialect's documents leave open is ruled so:

- **CSV fields are text without type.** Beside a number they compare as numbers if they read as one, else the comparison
  is NULL; beside text they are text. JSON strings are text and are never read as numbers.
- **Numbers are exact**: integers to 64 bits, decimals to 38 digits, from the file to the output.
- **NULL and MISSING are apart**, and logic has three values: a row passes WHERE only if the condition is TRUE.
- **Month ends clamp**: January 31 and one month is the last of February.
- **A record that fails** (a CAST, a division by zero, JSON that does not parse) is an error of that record, with its byte
  range. Whatever can be known to be wrong before the first record (an unknown function, a column that the header lacks)
  is an error of the query, with line and column.`;

function functionsOf(family: FunctionEntry['family'], groups: readonly CaseGroup[]): string[] {
  return [...FUNCTIONS.values()]
    .filter((entry) => entry.family === family)
    .map((entry) => {
      const result = entry.result === 'argument' ? 'one of its arguments' : nameTypes(entry.result);
      const title = `#### ${entry.name}\n\n\`${entry.signature}\` gives ${result}.`;
      return `${title} ${entry.summary}${block(examplesOf(entry.name, groups))}`;
    });
}

const MOST_EXAMPLES = 6;

/** The first cases that call the function, the last of them one that goes wrong, if any does. */
function examplesOf(name: string, groups: readonly CaseGroup[]): Example[] {
  const all = groups.flatMap(({ values = [] }) => values.filter(([expression]) => callee(expression) === name));
  const bad = all.filter(([, value]) => typeof value !== 'string').slice(0, 1);
  const good = all.filter(([, value]) => typeof value === 'string').slice(0, MOST_EXAMPLES - bad.length);
  return [...good, ...bad].map(([expression, value]) => [expression, shown(value)]);
}

const callee = (expression: string) => /^(\w+)\(/.exec(expression)?.[1]?.toUpperCase();

/** Cases of functions are told of above. */
function clauses(source: string, groups: readonly CaseGroup[]): string[] {
  const told = groups.filter(({ values }) => values?.every(([text]) => FUNCTIONS.has(callee(text) ?? '')) !== true);
  return told.length === 0 ? [] : [`### ${source}`, ...told.map(clause)];
}

function clause(group: CaseGroup): string {
  const values = (group.values ?? []).slice(0, MOST_EXAMPLES).map(([text, value]): Example => [text, shown(value)]);
  const rows = (group.rows ?? []).slice(0, MOST_EXAMPLES);
  const input = group.csv ?? group.json ?? group.jsonl;
  const over = input === undefined || rows.length === 0 ? '' : inputBlock(group, input);
  return `#### ${group.clause}${over}${block(values)}${rows.length === 0 ? '' : fenced(rows.map(rowExample).join('\n\n'), 'sql')}`;
}

const LONG_INPUT = 800;

function inputBlock({ csv, options }: CaseGroup, input: string): string {
  const set = options === undefined ? '' : ` with \`${JSON.stringify(options)}\``;
  const text = input.length > LONG_INPUT ? `${input.slice(0, LONG_INPUT)}…` : input;
  return `\n\nOver ${csv === undefined ? 'JSON' : 'CSV'}${set}:${fenced(printable(text).trimEnd(), 'text')}`;
}

function rowExample([query, rows]: readonly [string, Outcome<readonly string[]>]): string {
  if ('error' in rows) return `${query}\n-- error ${rows.error}`;
  return `${query}\n${rows.length === 0 ? '-- no rows' : rows.map((row) => `-- ${printable(row)}`).join('\n')}`;
}

type Example = readonly [text: string, value: string];

const shown = (value: Outcome<string>) => {
  if (typeof value !== 'string') return `error ${value.error}`;
  return value === '' ? 'MISSING' : value;
};

function block(examples: readonly Example[]): string {
  if (examples.length === 0) return '';
  const width = Math.min(60, Math.max(...examples.map(([text]) => text.length)));
  return fenced(examples.map(([text, value]) => `${printable(text).padEnd(width)}  -- ${value}`).join('\n'), 'sql');
}

/** Input is `text`: a formatter that knew it as JSON would write 1.10 as 1.1. */
function fenced(text: string, language: 'sql' | 'text'): string {
  return `\n\n\`\`\`${language}\n${text}\n\`\`\``;
}

/** Control characters as their names, so that the page stays text. */
function printable(text: string): string {
  return text.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\ufeff]/g, (char) => {
    return `<U+${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}>`;
  });
}
