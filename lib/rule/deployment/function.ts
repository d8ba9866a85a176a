import { bundlePath } from '../bundle.ts';
import { type ExportBundle, isExport, isSink, type Rule, type RuleBundle } from '../schema.ts';
import { secretsOf } from '../secrets.ts';
import type { Environment } from '../variables.ts';
import { failedQueueEvent, failedQueueResources } from './failed-queue.ts';
import { ledgerEnvironment } from './ledger.ts';
import { arnOf, functionName, logicalId, type Template } from './names.ts';
import { statements } from './policy.ts';
import { type Beginnings, pollersOf } from './poller.ts';
import { sinkStatements } from './sink-policy.ts';
import type { Statement } from './statement.ts';
import { triggerParts } from './trigger.ts';

/** A rule's function as Serverless writes it. */
export function functionOf(bundle: RuleBundle, env: Environment, beginnings: Beginnings, service?: string): Template {
  const { rule, stage } = bundle;
  return {
    name: functionName(rule.name, stage),
    handler: `functions/${rule.kind}.handler`,
    description: rule.description ?? `Sluice: ${way(rule)}`,
    role: `${logicalId(rule.name)}Role`,
    timeout: rule.function.timeout,
    memorySize: rule.function.memory,
    logRetentionInDays: rule.function.logRetention,
    ...(rule.vpc === undefined ? {} : { vpc: rule.vpc }),
    environment: environment(bundle, env, service),
    package: { patterns: [bundlePath(stage, rule.name)] },
    ...(isExport(bundle) ? exportParts(bundle) : {}),
    ...(isSink(bundle) ? { events: pollersOf(bundle, beginnings).map(({ event }) => event) } : {}),
  };
}

function way(rule: Rule): string {
  if (rule.kind === 'export') return `${rule.source.bucket} to ${rule.kafka.topic}`;
  const { target, source } = rule;
  const table = 'table' in target ? `${target.schema}.${target.table}` : `${target.database}.${target.superTable}`;
  return `${source.topics.join(', ')} to ${table}`.slice(0, 200);
}

/** Events of objects come asynchronously: what fails is tried again, then kept. */
function exportParts(bundle: ExportBundle): Template {
  const { rule } = bundle;
  return {
    ...(rule.rate?.instances === undefined ? {} : { reservedConcurrency: rule.rate.instances }),
    events: [...triggerParts(bundle).events, failedQueueEvent(bundle)],
    destinations: { onFailure: { type: 'sqs', arn: arnOf(`${logicalId(rule.name)}FailedQueue`) } },
    maximumRetryAttempts: 2,
    maximumEventAge: 6 * 3600,
  };
}

const NODE_OPTIONS = '--enable-source-maps';
/**
 * The messages of a batch live until it is written: in Node's own 16 MiB for what is new they are copied again and again,
 * which is a sixth of the CPU time of inserts, and moved to where they stay longer than they need.
 */
export const SINK_NODE_OPTIONS = `${NODE_OPTIONS} --max-semi-space-size=32`;

function environment(bundle: RuleBundle, env: Environment, service?: string): Template {
  const own = {
    SLUICE_RULE: bundle.rule.name,
    SLUICE_STAGE: bundle.stage,
    SLUICE_RULE_HASH: bundle.hash,
    NODE_OPTIONS: isSink(bundle) ? SINK_NODE_OPTIONS : NODE_OPTIONS,
    ...ledgerEnvironment(bundle, service),
  };
  if (bundle.stage !== 'local') return own;
  // A function of the local stack runs beside the shell that deployed it, and reads its secrets as that shell would.
  const names = secretsOf(bundle).flatMap(({ name }) => (name.startsWith('env:') ? [name.slice('env:'.length)] : []));
  const given = ['AWS_ENDPOINT_URL', ...names].flatMap((name) => (env[name] ? [[name, env[name]] as const] : []));
  return { ...own, ...Object.fromEntries(given) };
}

/** What a rule's function needs beside itself: its role, and for an export the queue of its failed events and its trigger's parts. */
export function resourcesOf(bundle: RuleBundle): Template {
  if (isExport(bundle)) return { ...role(bundle, statements(bundle)), ...exportResources(bundle) };
  return isSink(bundle) ? role(bundle, sinkStatements(bundle)) : {};
}

function role({ rule, stage }: RuleBundle, Statement: readonly Statement[]): Template {
  const trust = { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' };
  return {
    [`${logicalId(rule.name)}Role`]: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [trust] },
        Policies: [
          { PolicyName: functionName(rule.name, stage), PolicyDocument: { Version: '2012-10-17', Statement } },
        ],
      },
    },
  };
}

function exportResources(bundle: ExportBundle): Template {
  return { ...failedQueueResources(bundle), ...triggerParts(bundle).resources };
}
