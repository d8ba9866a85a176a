import type { SluiceError } from '../failure/index.ts';
import { problemEntry } from './problem.ts';
import type { Counts } from './select-rows.ts';
import type { Terminal } from './terminal.ts';

/** Where rows go. */
export interface RowOutput {
  /** Behind each row, as `write` wants it. */
  readonly rowEnd: Uint8Array;
  /** Rows with their ends. */
  write(rows: Uint8Array): Promise<void>;
  /** There are no more rows. */
  end(counts: Counts, error?: SluiceError): Promise<void>;
}

/** Rows one after the other. */
export function plainRows(terminal: Terminal, rowEnd: Uint8Array): RowOutput {
  return { rowEnd, write: (rows) => terminal.write(rows), end: async () => {} };
}

/** One JSON document: the rows, then what they were made from and, if there is one, the error that ended them. */
export function documentRows(terminal: Terminal): RowOutput {
  const between = Buffer.from(',\n');
  let begun = false;
  return {
    rowEnd: between,
    async write(rows) {
      await terminal.write(begun ? between : Buffer.from('{\n"rows": [\n'));
      begun = true;
      await terminal.write(rows.subarray(0, rows.length - between.length));
    },
    async end(counts, error) {
      const facts = { ...counts, ...(error === undefined ? {} : { error: problemEntry(error) }) };
      const head = begun ? '\n]' : '{\n"rows": []';
      await terminal.write(Buffer.from(`${head},\n${JSON.stringify(facts, null, 2).slice(2)}\n`));
    },
  };
}
