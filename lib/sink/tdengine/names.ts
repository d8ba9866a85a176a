import { SluiceError } from '../../failure/index.ts';

export const LONGEST_TABLE_NAME = 192;
export const LONGEST_COLUMN_NAME = 64;

/**
 * What a name in back-ticks cannot hold: the back-tick, for which there is no escape; the dot, which the server refuses;
 * and control characters, of which NUL would end the statement.
 */
export const NOT_IN_NAMES = /[`.\u0000-\u001f\u007f]/;

/** In back-ticks always: a name keeps its case, and no word is reserved. Throws SluiceError for what no name can be. */
export function quoteName(name: string, longest = LONGEST_TABLE_NAME): string {
  if (name === '' || NOT_IN_NAMES.test(name) || [...name].length > longest) {
    throw new SluiceError('BadName', `${JSON.stringify(name.slice(0, 80))} cannot be a name in TDengine`, {
      stage: 'sink',
      fix: `Use 1 to ${longest} characters, without dots, back-ticks and control characters.`,
    });
  }
  return `\`${name}\``;
}

export const quoteColumn = (name: string): string => quoteName(name, LONGEST_COLUMN_NAME);

/** A text as a literal that reads back as itself: the two characters that mean something between quotes are escaped. */
export function quoteText(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
