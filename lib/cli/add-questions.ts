import { listOf } from './add-form.ts';
import { refused } from './exit.ts';
import { printable } from './table.ts';
import type { Terminal } from './terminal.ts';

const SHOWN = 30;
const ATTEMPTS = 3;

export interface Questions {
  ask(question: string, pattern: RegExp): Promise<string>;
  /** One of a list, by number or by name; unless `closed`, also something that is not in it. */
  choose(question: string, from: readonly string[], closed?: boolean): Promise<string>;
  /** At least one, of a list or not, by number or by name, with commas between; given back with commas between. */
  chooseSome(question: string, from: readonly string[]): Promise<string>;
}

/** Questions of one line. An answer that cannot be is asked for again, a few times. */
export function questions({ ask: read, err }: Pick<Terminal, 'ask' | 'err'>): Questions {
  const until = async (question: string, take: (said: string) => string | undefined): Promise<string> => {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const taken = take((await read(`${question}: `)).trim());
      if (taken !== undefined) return taken;
      err('That cannot be.');
    }
    throw refused('nothing was written', 'Start again, or give the answers as options: sluice add --help');
  };
  const list = (from: readonly string[]) => {
    for (const [i, each] of from.slice(0, SHOWN).entries()) err(`${String(i + 1).padStart(4)}  ${printable(each)}`);
    if (from.length > SHOWN) err(`      and ${from.length - SHOWN} more`);
  };
  const meant = (said: string, from: readonly string[]): string | undefined => {
    if (from.includes(said)) return said;
    return /^\d+$/.test(said) ? from[Number(said) - 1] : undefined;
  };
  return {
    ask: (question, pattern) => until(question, (said) => (pattern.test(said) ? said : undefined)),
    choose(question, from, closed = false) {
      list(from);
      return until(question, (said) => meant(said, from) ?? (closed || said === '' ? undefined : said));
    },
    chooseSome(question, from) {
      list(from);
      return until(question, (said) => {
        const some = listOf(said).map((each) => meant(each, from) ?? each);
        return some.length === 0 ? undefined : some.join(',');
      });
    },
  };
}
