import type { SluiceError } from '../../failure/index.ts';
import type { SinkRule } from '../schema.ts';
import { type RuleSubject, wrongAt } from './subject.ts';

/**
 * What AWS's event pollers cannot do, who are not on stage `local`. It stands against a deployment, and not against
 * `sluice run`, which polls by itself.
 */
export function pollerProblems(subject: RuleSubject<SinkRule>): SluiceError[] {
  const { rule, stage, connections } = subject;
  const { connection: name } = rule.source;
  const connection = connections.value.kafka[name];
  if (connection === undefined || stage === 'local') return [];
  const { auth, tls, clusterArn, kmsKey } = connection;
  const wrong = (message: string, fix: string) => [wrongAt(subject, ['source', 'connection'], message, fix)];
  const { mechanism } = auth;
  if (clusterArn !== undefined) {
    if (mechanism === 'plain' || mechanism === 'scram-sha-256') {
      const fix = `Write scram-sha-512, mtls or oauthbearer as kafka.${name}.auth.mechanism.`;
      return wrong(`AWS's event pollers do not sign in to MSK with ${mechanism}`, fix);
    }
    if (mechanism === 'scram-sha-512' && !/^(arn:[^/]+:secret:)?AmazonMSK_/.test(auth.secret)) {
      const fix =
        'Give the secret such a name, and associate it with the cluster (aws kafka batch-associate-scram-secret).';
      return wrong(`MSK takes no secret but of a name that begins with AmazonMSK_, not ${auth.secret}`, fix);
    }
    if (mechanism === 'scram-sha-512' && kmsKey === undefined) {
      const fix = `Add kafka.${name}.kmsKey: the ARN of the key that ${auth.secret} is encrypted with.`;
      return wrong("MSK takes no secret under Secrets Manager's own key, and another one needs to be named", fix);
    }
    return [];
  }
  if (mechanism === 'none' && rule.vpc === undefined) {
    const fix = `Add kafka.${name}.auth, or the vpc that the brokers are in.`;
    return wrong("AWS's event pollers reach brokers outside of a VPC only by signing in", fix);
  }
  const isSasl = mechanism === 'plain' || mechanism === 'scram-sha-256' || mechanism === 'scram-sha-512';
  if (isSasl && tls === undefined) {
    const fix = `Write kafka.${name}.tls: true, or { ca: secret }, and the brokers' port for TLS.`;
    return wrong(`AWS's event pollers sign in with ${mechanism} only over TLS`, fix);
  }
  return [];
}
