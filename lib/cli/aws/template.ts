import type { FunctionConfig } from './ports.ts';

interface Resource {
  readonly Type?: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

export interface Template {
  readonly Resources?: Readonly<Record<string, Resource>>;
}

export interface TemplateFunction {
  readonly name: string;
  readonly config: FunctionConfig;
  /** The package in S3; a bucket that the template only refers to is the stack's own. */
  readonly code: { readonly bucket?: string; readonly key?: string };
}

/** The functions that a template sets up. */
export function functionsOf(template: Template): readonly TemplateFunction[] {
  return Object.values(template.Resources ?? {}).flatMap(({ Type, Properties = {} }) => {
    const name = text(Properties['FunctionName']);
    if (Type !== 'AWS::Lambda::Function' || name === undefined) return [];
    const code = mapOf(Properties['Code']);
    const [bucket, key] = [text(code['S3Bucket']), text(code['S3Key'])];
    return [
      {
        name,
        config: configOf(Properties),
        code: { ...(bucket === undefined ? {} : { bucket }), ...(key === undefined ? {} : { key }) },
      },
    ];
  });
}

/** Values that are functions of the template (`Ref`, `Fn::GetAtt`) are left out: only AWS knows what they came to. */
function configOf(properties: Readonly<Record<string, unknown>>): FunctionConfig {
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
