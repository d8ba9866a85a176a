import { SluiceError } from '../failure/index.ts';
import type { DeployedFunction, DeployedStack, Functions } from './aws/ports.ts';
import type { Context } from './command.ts';
import { type Standing, standing } from './rule-state.ts';
import { stackName } from './stack-name.ts';

/** What AWS has of a stage. */
export interface Deployed {
  readonly stack: DeployedStack | undefined;
  readonly functions: Functions;
}

/** Undefined functions of the answer are those that nobody could ask for: then the error says why. */
export async function askDeployed(context: Context): Promise<Deployed | SluiceError> {
  try {
    const [stacks, functions] = await Promise.all([context.aws.stacks(), context.aws.functions()]);
    return { stack: await stacks.describe(await stackName(context)), functions };
  } catch (error) {
    if (error instanceof SluiceError) return error;
    throw error;
  }
}

/** How a rule stands, and its function where there is one. */
export async function standingOf(
  deployed: Deployed,
  name: string,
  hash: string,
): Promise<Standing & { readonly actual: DeployedFunction | undefined }> {
  const actual = await deployed.functions.describe(name);
  return { ...standing(hash, deployed.stack?.functions.get(name), actual), actual };
}
