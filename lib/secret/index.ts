/**
 * A secret is named, never held, by a rule: the name of a Secrets Manager secret, `env:NAME` or `file:path` for local work.
 * Its content is JSON in the shape that AWS uses for the same thing, or plain text.
 */
export interface SecretStore {
  /** The secret's text. Cached. Throws SluiceError (`MissingSecret`, `SecretDenied`, …), which names the secret and never its content. */
  text(name: string): Promise<string>;
  /** The secret as an object of strings. Throws SluiceError (`BadSecret`) naming the fields that are missing. */
  fields<const F extends string>(
    name: string,
    required: readonly F[],
  ): Promise<Record<F, string> & Readonly<Record<string, string>>>;
}

export type { SluiceError } from '../failure/index.ts';
export { fetchSecret, type SecretSources } from './sources.ts';
export { createSecretStore, type SecretStoreOptions } from './store.ts';
