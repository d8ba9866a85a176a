import { CloudFormationClient, GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import type { LiveStack } from '../../rule/deployment/beginnings.ts';
import { awsFailure, IMPATIENT } from './failure.ts';

/** A stack as CloudFormation has it, for what a deployment must keep. */
export function liveStack(
  name: string,
  region: string,
  client: Pick<CloudFormationClient, 'send'> = new CloudFormationClient({ ...IMPATIENT, region }),
): LiveStack {
  return {
    clock: Date.now,
    async template() {
      try {
        const { TemplateBody = '{}' } = await client.send(
          new GetTemplateCommand({ StackName: name, TemplateStage: 'Original' }),
        );
        return JSON.parse(TemplateBody);
      } catch (error) {
        // CloudFormation has no error of its own for this.
        if (error instanceof Error && /does not exist/i.test(error.message)) return undefined;
        throw awsFailure(
          error,
          `read the stack ${name}, which tells since when a sink with from: latest reads`,
          'cloudformation:GetTemplate',
        );
      }
    },
  };
}
