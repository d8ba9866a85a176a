import type { Settings } from './play.ts';
import type { Recording } from './recording.ts';
import type { ScratchDatabase } from './scratch-database.ts';

const HEX = /^(?:[0-9a-f]{2})*$/;

/** What somebody who set up the connector would write into the rule, told by the recording's values. */
export async function settingsOf(recording: Recording, database: ScratchDatabase): Promise<Settings> {
  const bytes = await database.bytesColumns(recording);
  const values = recording.messages.flatMap(({ value }) => (value === null ? [] : valuesOf(value, bytes)));
  const binary = values.some((text) => text !== '') && values.every((text) => HEX.test(text)) ? 'hex' : 'base64';
  // Rows of several partitions come in no order: their positions tell which change is newer.
  const byPosition = new Set(recording.messages.map(({ partition }) => partition)).size > 1;
  return { binary, byPosition };
}

function valuesOf(value: Uint8Array, columns: readonly string[]): string[] {
  const event = JSON.parse(Buffer.from(value).toString()) as Record<string, Record<string, unknown> | null> | null;
  const rows = [event?.['after'], event?.['before'], event];
  return rows.flatMap((row) =>
    columns.flatMap((name) => {
      const text = row?.[name];
      return typeof text === 'string' ? [text] : [];
    }),
  );
}
