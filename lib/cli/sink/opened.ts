import type { TopicConsumer } from '../../kafka/consumer.ts';
import { loadProject } from '../../rule/disk.ts';
import { type RuleBundle, resolveSink, type SinkRule } from '../../rule/index.ts';
import { createSecretStore, fetchSecret, type SecretStore } from '../../secret/index.ts';
import { openSink, type SinkInstance } from '../../sink/instance.ts';
import { openTarget } from '../../sink/open-target.ts';
import { pollStops } from '../../sink/poll-stops.ts';
import type { Context } from '../command.ts';

/** A rule of a sink on the context's stage, and the secrets that it may name. Throws SluiceError of stage `rule`. */
export async function sinkRule(
  context: Context,
  name: string,
): Promise<{ readonly bundle: RuleBundle<SinkRule>; readonly secrets: SecretStore }> {
  const { bundle } = resolveSink(await loadProject(context.root, context.env), name, context.stage);
  return { bundle, secrets: secretsHere(context) };
}

export function secretsHere({ env, clock }: Pick<Context, 'env' | 'clock'>): SecretStore {
  return createSecretStore({ fetch: fetchSecret({ env }), clock });
}

/** A rule with its connections, on this machine. Stops that its target cannot keep are in its consumer groups. */
export function openSinkHere(
  { clock }: Pick<Context, 'clock'>,
  bundle: RuleBundle<SinkRule>,
  secrets: SecretStore,
  consumers?: ReadonlyMap<string, TopicConsumer>,
): Promise<SinkInstance> {
  return openSink(bundle, {
    secrets,
    clock,
    open: openTarget,
    stops: (endpoint) => pollStops(bundle, endpoint, consumers),
  });
}
