/** A part of a CloudFormation template. */
export type Template = { readonly [key: string]: unknown };

/** The id that a rule's resources begin with; Serverless derives a function's own id in the same way. */
export function logicalId(rule: string): string {
  const id = rule.replaceAll('-', 'Dash').replaceAll('_', 'Underscore');
  return id.charAt(0).toUpperCase() + id.slice(1);
}

export function functionName(rule: string, stage: string): string {
  return `${rule}-${stage}`;
}

/** Where AWS puts the events of a function that it could not run. */
export function failedQueueName(rule: string, stage: string): string {
  return `${rule}-${stage}-failed`;
}

/** Where the rules of a stage keep what they have exported, with `ledger: dynamodb`. Projects beside each other have other services. */
export function ledgerTable(stage: string, service = 'sluice'): string {
  return `${service}-ledger-${stage}`;
}

/** The arn of something in the stack's own account, and its region unless another is given. */
export function arn(service: string, resource: string, region: string | Template = { Ref: 'AWS::Region' }): Template {
  const parts = ['arn:', { Ref: 'AWS::Partition' }, `:${service}:`, region, ':', { Ref: 'AWS::AccountId' }];
  return { 'Fn::Join': ['', [...parts, `:${resource}`]] };
}

/** The arn of a bucket, or of what is in it. */
export function bucketArn(resource: string): Template {
  return { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:s3:::${resource}`]] };
}

export function arnOf(id: string): Template {
  return { 'Fn::GetAtt': [id, 'Arn'] };
}
