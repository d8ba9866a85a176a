/** One stack for all projects of a run: each set-up asks for its parts, and only what was started by this run is ended. */
import { type PartName, Stack } from '../../local/stack.ts';

// Each project loads this module anew; the process is what they share.
const shared = globalThis as { sluiceStarted?: Set<PartName> };

export async function bringUp(parts: readonly PartName[]): Promise<void> {
  const began = performance.now();
  const say = (text: string) => process.stderr.write(`${((performance.now() - began) / 1000).toFixed(1)} s  ${text}\n`);
  const { started, failed } = await new Stack().up(parts, (text, part) => say(`${part ?? 'stack'} ${text}`), {
    tolerant: true,
  });
  shared.sluiceStarted = new Set([...(shared.sluiceStarted ?? []), ...started]);
  for (const { part, reason } of failed) {
    say(`NO ${part.toUpperCase()}: TESTS THAT NEED IT ARE SKIPPED\n${reason.message}\n${reason.fix}`);
  }
}

export async function takeDown(): Promise<void> {
  const started = shared.sluiceStarted;
  if (started === undefined) return;
  delete shared.sluiceStarted;
  await new Stack().down([...started]);
}
