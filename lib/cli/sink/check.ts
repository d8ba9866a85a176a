import type { Probe } from '../../export/check/probe.ts';
import type { RuleBundle, SinkRule } from '../../rule/index.ts';
import type { SecretStore } from '../../secret/index.ts';
import { checkSink } from '../../sink/check.ts';
import { openTarget } from '../../sink/open-target.ts';
import type { Context } from '../command.ts';

export function checkSinkHere(
  { clock }: Pick<Context, 'clock'>,
  bundle: RuleBundle<SinkRule>,
  secrets: SecretStore,
): Promise<readonly Probe[]> {
  return checkSink(bundle, { secrets, clock, target: () => openTarget(bundle, { secrets, clock }) });
}
