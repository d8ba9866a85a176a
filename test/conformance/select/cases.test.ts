import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SluiceError } from '../../../lib/failure/index.ts';
import type { CsvOptions, InputFormat, OutputFormat } from '../../../lib/format/options.ts';
import { prepare } from '../../../lib/select/index.ts';
import { texts } from '../../support/rows.ts';

/**
 * Cases of the dialect, each under the clause of the documentation that it was read off, written before it was run.
 * `values`: an expression, and the JSON of its value (empty: MISSING). `rows`: a query over the group's input, and its rows.
 */
interface Group {
  readonly clause: string;
  readonly csv?: string;
  readonly jsonl?: string;
  readonly json?: string;
  readonly options?: CsvOptions;
  readonly output?: OutputFormat;
  readonly values?: readonly (readonly [string, string | Wrong])[];
  readonly rows?: readonly (readonly [string, readonly string[] | Wrong])[];
}
interface Wrong {
  readonly error: string;
}

const DATA = join(__dirname, 'data');
const NOW = Date.UTC(2017, 9, 13, 16, 2, 11, 123);

function inputOf(group: Group): { readonly format: InputFormat; readonly text: string } {
  if (group.csv !== undefined) return { format: { kind: 'csv', csv: group.options ?? {} }, text: group.csv };
  if (group.json !== undefined) return { format: { kind: 'json' }, text: group.json };
  return { format: { kind: 'jsonl' }, text: group.jsonl ?? '{"a":1}\n' };
}

/** Rows, or the code of the first thing that went wrong. The input comes in pieces of seven bytes. */
async function select(sql: string, group: Group): Promise<readonly string[] | Wrong> {
  const { format, text } = inputOf(group);
  const bytes = Buffer.from(text);
  const chunks = Array.from({ length: Math.ceil(bytes.length / 7) }, (_, i) => bytes.subarray(i * 7, i * 7 + 7));
  try {
    const rows: string[] = [];
    for await (const batch of prepare(sql, {
      input: format,
      output: group.output ?? { kind: 'json' },
      now: () => NOW,
    }).run(chunks)) {
      const failure = batch.failures[0];
      if (failure !== undefined) return { error: failure.code };
      rows.push(...texts(batch.values, 0, batch.count));
    }
    return rows;
  } catch (error) {
    if (error instanceof SluiceError) return { error: error.code };
    throw error;
  }
}

describe.each(readdirSync(DATA).filter((file) => file.endsWith('.json')))('%s', (file) => {
  const { groups } = JSON.parse(readFileSync(join(DATA, file), 'utf8')) as { groups: readonly Group[] };

  describe.each(groups.map((group) => [group.clause, group] as const))('%s', (_, group) => {
    const rows = group.rows ?? [];
    const values = group.values ?? [];
    if (rows.length > 0) {
      test.each(rows)('%s', async (sql, expected) => {
        expect(await select(sql, group)).toEqual(expected);
      });
    }
    if (values.length > 0) {
      test.each(values)('%s', async (expression, expected) => {
        const row = typeof expected === 'string' ? [expected === '' ? '{}' : `{"v":${expected}}`] : expected;
        expect(await select(`SELECT ${expression} AS v FROM S3Object s`, group)).toEqual(row);
      });
    }
  });
});
