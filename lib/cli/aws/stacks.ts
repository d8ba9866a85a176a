import { CloudFormationClient, DescribeStacksCommand, GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import { awsFailure, IMPATIENT } from './failure.ts';
import type { FunctionConfig, Stacks } from './ports.ts';

export function cloudFormationStacks(
  client: Pick<CloudFormationClient, 'send'> = new CloudFormationClient(IMPATIENT),
): Stacks {
  return {
    async describe(name) {
      try {
        const { Stacks: found } = await client.send(new DescribeStacksCommand({ StackName: name }));
        const status = found?.[0]?.StackStatus;
        if (status === undefined || status === 'DELETE_COMPLETE') return undefined;
        const { TemplateBody } = await client.send(
          new GetTemplateCommand({ StackName: name, TemplateStage: 'Original' }),
        );
        return { name, status, functions: functionsOf(JSON.parse(TemplateBody ?? '{}')) };
      } catch (error) {
        // CloudFormation has no error of its own for this.
        if (error instanceof Error && /does not exist/i.test(error.message)) return undefined;
        throw awsFailure(error, `read the stack ${name}`, 'cloudformation:DescribeStacks and GetTemplate');
      }
    },
  };
}

interface Resource {
  readonly Type?: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

/** The functions that a template sets up, by the names it gives them. */
export function functionsOf(template: { readonly Resources?: Readonly<Record<string, Resource>> }) {
  const resources = Object.entries(template.Resources ?? {});
  const found = new Map<string, FunctionConfig>();
  for (const [id, { Type, Properties = {} }] of resources) {
    const name = text(Properties['FunctionName']);
    if (Type !== 'AWS::Lambda::Function' || name === undefined) continue;
    const version = resources.find(
      ([, other]) => other.Type === 'AWS::Lambda::Version' && refOf(other.Properties?.['FunctionName']) === id,
    );
    found.set(name, configOf(Properties, text(version?.[1].Properties?.['CodeSha256'])));
  }
  return found;
}

/** Values that are functions of the template (`Ref`, `Fn::GetAtt`) are left out: only AWS knows what they came to. */
function configOf(properties: Readonly<Record<string, unknown>>, codeSha256: string | undefined): FunctionConfig {
  const { Handler, Runtime, Timeout, MemorySize } = properties;
  const variables = Object.entries(mapOf(mapOf(properties['Environment'])['Variables']));
  const vpc = mapOf(properties['VpcConfig']);
  const optional = {
    handler: text(Handler),
    runtime: text(Runtime),
    timeout: number(Timeout),
    memory: number(MemorySize),
    subnetIds: texts(vpc['SubnetIds']),
    securityGroupIds: texts(vpc['SecurityGroupIds']),
    codeSha256,
  };
  return {
    env: Object.fromEntries(
      variables.flatMap(([name, value]) => (typeof value === 'object' ? [] : [[name, String(value)]])),
    ),
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
  };
}

function mapOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function refOf(value: unknown): string | undefined {
  return text(mapOf(value)['Ref']);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function texts(value: unknown): readonly string[] | undefined {
  if (value === undefined) return [];
  return Array.isArray(value) && value.every((each) => typeof each === 'string') ? value : undefined;
}
