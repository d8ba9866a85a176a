import type { Context } from './command.ts';
import { refused, usage } from './exit.ts';

/** Asks for a yes. Throws SluiceError: `Usage` where nobody can be asked, `Refused` for anything else than a yes. */
export async function confirm({ terminal, json }: Context, question: string, yes: boolean | undefined): Promise<void> {
  if (yes === true) return;
  if (!terminal.interactive || json) throw usage(`there is nobody to answer: ${question}`, 'Give --yes.');
  const said = (await terminal.ask(`${question} [y/N] `)).trim().toLowerCase();
  if (said !== 'y' && said !== 'yes') throw refused('nothing was done', 'Answer y, or give --yes.');
}
