import { isSink, type RuleBundle } from '../schema.ts';
import { type Beginnings, mappingId } from './poller.ts';

/** The stack as it is deployed now. */
export interface LiveStack {
  /** Its template, parsed; undefined: there is no stack yet. Throws where that cannot be known. */
  readonly template: () => Promise<unknown>;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/**
 * When each mapping begins that asks for the latest message: at its first deployment, which later ones keep, since AWS
 * would make another mapping otherwise. The stack is asked only where a rule needs it.
 */
export async function beginningsOf(bundles: readonly RuleBundle[], live: LiveStack): Promise<Beginnings> {
  const ids = bundles.filter(isSink).flatMap(({ rule, stage, connections }) => {
    const connection = connections.kafka[rule.source.connection];
    if (rule.source.from !== 'latest' || stage === 'local' || connection === undefined) return [];
    return rule.source.topics.map((topic) => mappingId(rule.name, connection, topic));
  });
  if (ids.length === 0) return new Map();
  const template = await live.template();
  const now = Math.floor(live.clock() / 1000);
  return new Map(ids.map((id) => [id, deployedBeginning(template, id) ?? now]));
}

function deployedBeginning(template: unknown, id: string): number | undefined {
  const { StartingPositionTimestamp: seconds } = member(member(member(template, 'Resources'), id), 'Properties');
  return typeof seconds === 'number' ? seconds : undefined;
}

function member(value: unknown, name: string): Readonly<Record<string, unknown>> {
  const inner = (value as Readonly<Record<string, unknown>> | undefined)?.[name];
  return typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>) : {};
}
