import type { ExportBundle } from '../../rule/schema.ts';
import { judgeLogging, type Logging } from './logging.ts';
import { judgeNotification, type Notifications } from './notification.ts';
import { failed, ok, type Probe, probe, warning } from './probe.ts';

/** What is asked of how things are set up around a rule: with the rights of whoever checks, not those of the function. */
export interface SetupPorts {
  readonly clock: () => number;
  /** Undefined: not deployed. */
  readonly functionArn: string | undefined;
  notifications(bucket: string): Promise<Notifications>;
  logging(bucket: string): Promise<Logging | undefined>;
  logGroupExists(name: string): Promise<boolean>;
  /** How many instances the account has left for functions that reserve none. */
  unreservedInstances(): Promise<number>;
}

/** AWS keeps so many instances of an account from being reserved. */
const KEPT_UNRESERVED = 100;

/** Probes how the bucket, the log groups and the account are set up for a rule. Never throws. */
export async function checkSetup({ rule }: ExportBundle, ports: SetupPorts): Promise<Probe[]> {
  const { source, onError, rate } = rule;
  const options = { clock: ports.clock, ifSilent: 'Check the network, the region and AWS_ENDPOINT_URL.' };
  const probes: Promise<Probe>[] = [];
  const { functionArn } = ports;
  if (source.endpoint === undefined && functionArn !== undefined && source.trigger !== 'none') {
    probes.push(
      probe(`notification of ${source.bucket}`, options, async () =>
        judgeNotification(await ports.notifications(source.bucket), source, functionArn),
      ),
    );
  }
  const { logsOf } = source;
  if (logsOf !== undefined) {
    probes.push(
      probe(`logging of ${logsOf}`, options, async () => judgeLogging(await ports.logging(logsOf), logsOf, source)),
    );
  }
  if (onError.kind === 'deadLetter' && onError.to.kind === 'logGroup') {
    const { logGroup } = onError.to;
    probes.push(
      probe(`dead-letter log group ${logGroup}`, options, async () =>
        (await ports.logGroupExists(logGroup))
          ? ok('exists')
          : failed('there is no such log group', `aws logs create-log-group --log-group-name ${logGroup}`),
      ),
    );
  }
  const instances = rate?.instances;
  if (instances !== undefined && functionArn === undefined) {
    probes.push(probe('rate', options, () => judgeInstances(instances, ports)));
  }
  return Promise.all(probes);
}

async function judgeInstances(instances: number, ports: SetupPorts) {
  const left = (await ports.unreservedInstances()) - KEPT_UNRESERVED;
  if (left >= instances) return ok(`${instances} instances can be reserved`);
  return warning(
    `the account can reserve ${Math.max(0, left)} more instances, the rate asks for ${instances}`,
    'Write a smaller rate.instances, share the rate through Redis (rate.shared), or ask AWS for more concurrent executions.',
  );
}
