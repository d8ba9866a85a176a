import type { SluiceError } from '../../failure/index.ts';
import { connectionsNamed, type NamedConnection } from '../bundle.ts';
import { nearest } from '../nearest.ts';
import { problem } from '../problem.ts';
import { placeOf } from '../tree.ts';
import { type RuleSubject, wrongAt } from './subject.ts';

/** Connections that are not there, or are of another kind, or cannot do what the rule needs. */
export function connectionProblems(subject: RuleSubject): readonly SluiceError[] {
  const named = connectionsNamed(subject.rule);
  return [
    ...named.flatMap((each) => missing(subject, each)),
    ...named.flatMap(({ kind, name }) => (kind === 'kafka' ? withoutCluster(subject, name) : [])),
  ];
}

function missing(subject: RuleSubject, { kind, name, path }: NamedConnection): SluiceError[] {
  const { value } = subject.connections;
  const known = Object.keys(value[kind]);
  if (known.includes(name)) return [];
  const other = (['kafka', 'postgres', 'tdengine', 'redis'] as const).find((each) => name in value[each]);
  const near = nearest(name, known);
  const hint =
    other !== undefined ? `; ${name} is a ${other} connection` : near !== undefined ? `; did you mean "${near}"?` : '';
  const { file } = subject.connections.tree.at;
  const fix =
    known.length === 0
      ? `Add it to ${file} under ${kind}:.`
      : `Add it to ${file}, or name one that is there: ${known.join(', ')}.`;
  return [wrongAt(subject, path, `there is no ${kind} connection "${name}"${hint}`, fix)];
}

/** MSK's IAM sign-in is granted on a cluster, so that a function may reach no other. */
function withoutCluster({ connections, rule }: RuleSubject, name: string): SluiceError[] {
  const connection = connections.value.kafka[name];
  if (connection?.auth.mechanism !== 'oauthbearer' || connection.clusterArn !== undefined) return [];
  const at = placeOf(connections.tree, ['kafka', name, 'auth']);
  const fix = `Add kafka.${name}.clusterArn: the MSK cluster's ARN.`;
  return [
    problem('InvalidConnections', 'oauthbearer needs clusterArn, on which its rights are granted', at, fix, rule.name),
  ];
}
