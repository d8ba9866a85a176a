import { loadProject } from '../rule/disk.ts';
import { type ExportBundle, resolveExport } from '../rule/index.ts';
import { createSecretStore, fetchSecret, type SecretStore } from '../secret/index.ts';
import type { Context } from './command.ts';

/** A rule of kind `export` on the context's stage, and the secrets that it may name. Throws SluiceError of stage `rule`. */
export async function exportRule(
  context: Context,
  name: string,
): Promise<{ readonly bundle: ExportBundle; readonly secrets: SecretStore }> {
  const { bundle } = resolveExport(await loadProject(context.root, context.env), name, context.stage);
  return { bundle, secrets: createSecretStore({ fetch: fetchSecret({ env: context.env }), clock: context.clock }) };
}
