import {
  GetFunctionConfigurationCommand,
  type GetFunctionConfigurationCommandOutput,
  InvokeCommand,
  LambdaClient,
} from '@aws-sdk/client-lambda';
import { SluiceError } from '../../failure/index.ts';
import { awsFailure, IMPATIENT, isNamed, PATIENT } from './failure.ts';
import type { DeployedFunction, Functions } from './ports.ts';

export function lambdaFunctions(
  client: Pick<LambdaClient, 'send'> = new LambdaClient(IMPATIENT),
  invoker: Pick<LambdaClient, 'send'> = new LambdaClient(PATIENT),
): Functions {
  return {
    async describe(name) {
      try {
        return deployed(name, await client.send(new GetFunctionConfigurationCommand({ FunctionName: name })));
      } catch (error) {
        if (isNamed(error, 'ResourceNotFoundException')) return undefined;
        throw awsFailure(error, `ask Lambda for the function ${name}`, 'lambda:GetFunctionConfiguration');
      }
    },
    async invoke(name, payload) {
      try {
        const answer = await invoker.send(new InvokeCommand({ FunctionName: name, Payload: JSON.stringify(payload) }));
        const text = answer.Payload === undefined ? '' : Buffer.from(answer.Payload).toString('utf8');
        if (answer.FunctionError !== undefined) throw crashed(name, text);
        return text === '' ? undefined : JSON.parse(text);
      } catch (error) {
        if (isNamed(error, 'ResourceNotFoundException')) throw missingFunction(name, error);
        throw awsFailure(error, `invoke the function ${name}`, 'lambda:InvokeFunction');
      }
    },
  };
}

export function missingFunction(name: string, cause?: unknown): SluiceError {
  return new SluiceError('MissingFunction', `there is no function ${name} on AWS`, {
    stage: 'cli',
    fix: 'Deploy it (sluice deploy), or give the --stage that it was deployed to.',
    cause,
  });
}

/** The function ended with an error of its own, instead of an answer. */
function crashed(name: string, text: string): SluiceError {
  let said = text;
  try {
    const { errorType, errorMessage } = JSON.parse(text) as { errorType?: string; errorMessage?: string };
    said = [errorType, errorMessage].filter((part) => part !== undefined).join(': ');
  } catch {
    // Not JSON: shown as it came.
  }
  const timedOut = /timed out/i.test(said);
  return new SluiceError('FunctionCrashed', `the function ${name} failed: ${said.slice(0, 500)}`, {
    stage: 'cli',
    fix: timedOut
      ? 'Raise function.timeout or function.memory in the rule.'
      : `Look at its log: aws logs tail /aws/lambda/${name} --since 15m`,
  });
}

function deployed(name: string, answer: GetFunctionConfigurationCommandOutput): DeployedFunction {
  const { Handler, Runtime, Timeout, MemorySize, Environment, VpcConfig, CodeSha256, LastModified } = answer;
  return {
    name,
    arn: answer.FunctionArn ?? '',
    env: Environment?.Variables ?? {},
    subnetIds: VpcConfig?.SubnetIds ?? [],
    securityGroupIds: VpcConfig?.SecurityGroupIds ?? [],
    ...(Handler !== undefined && { handler: Handler }),
    ...(Runtime !== undefined && { runtime: Runtime }),
    ...(Timeout !== undefined && { timeout: Timeout }),
    ...(MemorySize !== undefined && { memory: MemorySize }),
    ...(CodeSha256 !== undefined && { codeSha256: CodeSha256 }),
    ...(LastModified !== undefined && { changedAt: LastModified }),
  };
}
