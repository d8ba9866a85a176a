import { arn, type Template } from './names.ts';

/** A secret as an event source mapping names it: its ARN, which may go without the characters that Secrets Manager adds. */
export function secretArn(name: string): string | Template {
  return name.startsWith('arn:') ? name : arn('secretsmanager', `secret:${name}`);
}
