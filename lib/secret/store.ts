import { SluiceError } from '../failure/index.ts';
import type { SecretStore } from './index.ts';
import { fetchSecret } from './sources.ts';

/** How long a secret is used before it is fetched again: a rotated password takes effect within it. */
const TIME_TO_LIVE = 5 * 60_000;

export interface SecretStoreOptions {
  /** Default: `env:`, `file:`, and Secrets Manager with the process's own credentials. */
  readonly fetch?: (name: string) => Promise<string>;
  /** Milliseconds since any point in time. */
  readonly clock?: () => number;
  readonly ttlMs?: number;
}

interface Entry {
  readonly text: Promise<string>;
  readonly until: number;
}

export function createSecretStore(options: SecretStoreOptions = {}): SecretStore {
  const { fetch = fetchSecret(), clock = Date.now, ttlMs = TIME_TO_LIVE } = options;
  const entries = new Map<string, Entry>();

  // The promise is kept, not its result, so that callers at the same time share one request.
  const text = (name: string): Promise<string> => {
    const known = entries.get(name);
    if (known !== undefined && clock() < known.until) return known.text;
    const entry: Entry = { text: fetch(name), until: clock() + ttlMs };
    entries.set(name, entry);
    entry.text.catch(() => {
      if (entries.get(name) === entry) entries.delete(name);
    });
    return entry.text;
  };

  return { text, fields: async (name, required) => parseFields(name, await text(name), required) };
}

function parseFields<const F extends string>(
  name: string,
  text: string,
  required: readonly F[],
): Record<F, string> & Readonly<Record<string, string>> {
  const wanted = `{${required.map((field) => `"${field}": "…"`).join(', ')}}`;
  const bad = (what: string) =>
    new SluiceError('BadSecret', `the secret "${name}" ${what}`, {
      stage: 'secret',
      fix: `Store it as JSON: ${wanted}.`,
    });
  const json = parseJson(text);
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw bad('is no JSON object');
  const fields = Object.fromEntries(
    Object.entries(json).flatMap(([field, value]) => {
      // RDS writes the port as a number.
      if (typeof value === 'number') return [[field, String(value)]];
      return typeof value === 'string' ? [[field, value]] : [];
    }),
  );
  const missing = required.filter((field) => !Object.hasOwn(fields, field) || fields[field] === '');
  if (missing.length > 0) throw bad(`lacks ${missing.map((field) => `"${field}"`).join(' and ')}`);
  return fields as Record<F, string> & Record<string, string>;
}

/** Undefined for what is no JSON: the parser's own error quotes the text, so it goes nowhere. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
