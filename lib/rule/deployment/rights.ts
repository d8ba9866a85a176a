import type { RuleBundle } from '../schema.ts';
import { secretsOf } from '../secrets.ts';
import { arn, functionName, type Template } from './names.ts';
import { allow, type Statement } from './statement.ts';

/** What functions of every kind of rule may do, each as far as its rule needs it. */

export function writeItsLog({ rule, stage }: RuleBundle): Statement {
  const group = arn('logs', `log-group:/aws/lambda/${functionName(rule.name, stage)}:*`);
  return allow('WriteItsLog', ['logs:CreateLogStream', 'logs:PutLogEvents'], [group]);
}

export function readSecrets(bundle: RuleBundle): Statement[] {
  const names = new Set(secretsOf(bundle).flatMap(({ name }) => (/^(env|file):/.test(name) ? [] : [name])));
  if (names.size === 0) return [];
  return [allow('ReadSecrets', ['secretsmanager:GetSecretValue'], [...names].map(secretArn))];
}

/** Secrets Manager puts six random characters behind the name. */
export function secretArn(name: string): string | Template {
  if (!name.startsWith('arn:')) return arn('secretsmanager', `secret:${name}-??????`);
  return /-[A-Za-z0-9]{6}$/.test(name) ? name : `${name}-??????`;
}

/** @param own a key of the rule's own, beside those of its secrets */
export function decrypt(bundle: RuleBundle, own?: string): Statement[] {
  const keys = new Set([own, ...secretsOf(bundle).map(({ kmsKey }) => kmsKey)]);
  keys.delete(undefined);
  return keys.size === 0
    ? []
    : [
        allow(
          'Decrypt',
          ['kms:Decrypt'],
          [...keys].flatMap((key) => key ?? []),
        ),
      ];
}

export function writeDeadLetters({ rule: { onError } }: RuleBundle): Statement[] {
  if (onError.kind !== 'deadLetter' || onError.to.kind !== 'logGroup') return [];
  const group = arn('logs', `log-group:${onError.to.logGroup}:*`);
  return [allow('WriteDeadLetters', ['logs:CreateLogStream', 'logs:PutLogEvents'], [group])];
}

/** Lambda's network interfaces; EC2 knows no narrower resource for them before they exist. */
export function joinVpc({ rule }: RuleBundle): Statement[] {
  if (rule.vpc === undefined) return [];
  const actions = [
    'ec2:CreateNetworkInterface',
    'ec2:DescribeNetworkInterfaces',
    'ec2:DescribeSubnets',
    'ec2:DeleteNetworkInterface',
    'ec2:AssignPrivateIpAddresses',
    'ec2:UnassignPrivateIpAddresses',
  ];
  return [allow('JoinVpc', actions, ['*'])];
}
