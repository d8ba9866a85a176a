import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { liveStack } from '../../../lib/cli/aws/live-stack.ts';

function stack(answer: () => unknown) {
  const asked: unknown[] = [];
  const client: Pick<CloudFormationClient, 'send'> = {
    send: async (command: { readonly input: unknown }) => {
      asked.push(command.input);
      return answer();
    },
  };
  return { asked, template: liveStack('sluice-prod', 'eu-west-1', client).template };
}

test('the template is the one that was deployed, as it was sent', async () => {
  const { asked, template } = stack(() => ({ TemplateBody: '{"Resources":{}}' }));
  expect(await template()).toEqual({ Resources: {} });
  expect(asked).toEqual([{ StackName: 'sluice-prod', TemplateStage: 'Original' }]);
});

test('no stack is no template', async () => {
  const { template } = stack(() => {
    throw new Error('Stack with id sluice-prod does not exist');
  });
  expect(await template()).toBeUndefined();
});

test('a stack that may not be read says what it is read for', async () => {
  const { template } = stack(() => {
    throw Object.assign(new Error('no'), { name: 'AccessDenied' });
  });
  await expect(template()).rejects.toMatchObject({
    code: 'AccessDenied',
    message: expect.stringContaining('since when a sink with from: latest reads'),
    fix: expect.stringContaining('cloudformation:GetTemplate'),
  });
});
