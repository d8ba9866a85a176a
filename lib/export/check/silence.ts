import type { ExportRule } from '../../rule/schema.ts';

/** What to look at when a server does not answer at all, from where the probe runs. */
export function ifSilent(
  rule: Pick<ExportRule, 'vpc'>,
  target: 's3' | 'secretsmanager' | 'dynamodb' | 'kafka' | 'redis',
): string {
  const { vpc } = rule;
  if (vpc === undefined) {
    return target === 'kafka' || target === 'redis'
      ? 'The rule has no vpc, so its function reaches public addresses only: give it the vpc of the server, or open the address and port.'
      : 'Check the network, the region and AWS_ENDPOINT_URL.';
  }
  const from = `the function's subnets (${vpc.subnetIds.join(', ')})`;
  const groups = vpc.securityGroupIds.join(', ');
  switch (target) {
    case 's3':
      return `Add a gateway endpoint for S3 (com.amazonaws.<region>.s3) to the route tables of ${from}, or a NAT gateway.`;
    case 'dynamodb':
      return `Add a gateway endpoint for DynamoDB (com.amazonaws.<region>.dynamodb) to the route tables of ${from}, or a NAT gateway.`;
    case 'secretsmanager':
      return `Add an interface endpoint for Secrets Manager (com.amazonaws.<region>.secretsmanager) to ${from}, with port 443 open for ${groups}, or a NAT gateway.`;
    case 'kafka':
      return `Let ${groups} in at the brokers' security group, on their port; the brokers' addresses must be reachable from ${from}.`;
    case 'redis':
      return `Let ${groups} in at Redis's security group, on its port; its address must be reachable from ${from}.`;
  }
}
