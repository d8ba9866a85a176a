import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Message } from '../../lib/message/contract.ts';

export interface Recording {
  /** Of the file, without its endings. */
  readonly name: string;
  readonly schema: string;
  readonly table: string;
  readonly messages: readonly Message[];
}

interface Line {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number;
  readonly keyBase64: string | null;
  readonly valueBase64: string | null;
  readonly headers: readonly Readonly<Record<string, string>>[];
}

export function readRecording(file: string): Recording {
  const lines = gunzipSync(readFileSync(file)).toString().trimEnd().split('\n');
  const messages = lines.map((line) => toMessage(JSON.parse(line) as Line));
  const name = path.basename(file).replace(/\.ndjson\.gz$/, '');
  // Topics have an underscore where the table's name has what a topic's may not.
  const [schema = '', table = ''] = name
    .split('.')
    .map((part) => (/[A-Z]/.test(part) ? part.replaceAll('_', ' ') : part));
  return { name, schema, table, messages };
}

function toMessage({ topic, partition, offset, timestamp, keyBase64, valueBase64, headers }: Line): Message {
  const bytes = (text: string | null) => (text === null ? null : Buffer.from(text, 'base64'));
  return {
    topic,
    partition,
    offset,
    timestamp,
    key: bytes(keyBase64),
    value: bytes(valueBase64),
    headers: headers.flatMap((each) =>
      Object.entries(each).map(([name, value]) => ({ name, value: Buffer.from(value, 'base64') })),
    ),
  };
}
