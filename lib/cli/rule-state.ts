import type { DeployedFunction, FunctionConfig } from './aws/ports.ts';

/**
 * How a rule stands on AWS:
 * - `changed`: its file is not what was deployed.
 * - `altered`: its function is not what was deployed; somebody changed it by hand.
 * - `deleted`: it was deployed, and its function is gone.
 * - `orphaned`: deployed, and no longer in rules/.
 * - `invalid`: its file is wrong on this stage. `unknown`: AWS could not be asked.
 */
export type RuleState =
  | 'not deployed'
  | 'deployed'
  | 'changed'
  | 'altered'
  | 'deleted'
  | 'orphaned'
  | 'invalid'
  | 'unknown';

export const STATE_TEXT: Readonly<Record<RuleState, string>> = {
  'not deployed': 'not deployed',
  deployed: 'deployed',
  changed: 'changed since deployed',
  altered: 'altered on AWS',
  deleted: 'deleted on AWS',
  orphaned: 'on AWS, not in rules/',
  invalid: 'file is wrong',
  unknown: 'unknown',
};

/** CloudFormation believes that it still has what was deleted behind its back, and changes nothing. */
export const HOW_TO_RESTORE =
  'Take the file out of rules/ and deploy, then put it back and deploy again: the stack makes only what it does not think it has.';

/** A deployment that changes nothing of a function in the template leaves it as it is. */
export const HOW_TO_UNDO =
  'Undo it on AWS, or write the value into the rule: a deployment changes only what changed in the files.';

export interface Standing {
  readonly state: RuleState;
  /** What a person should know of it. */
  readonly notes: readonly string[];
}

/**
 * @param hash of the rule as its file has it.
 * @param planned what the last deployment's template says of the function.
 * @param actual the function as it is.
 */
export function standing(
  hash: string,
  planned: FunctionConfig | undefined,
  actual: DeployedFunction | undefined,
): Standing {
  if (actual === undefined) {
    if (planned === undefined) return { state: 'not deployed', notes: [] };
    return {
      state: 'deleted',
      notes: [`its function was deleted by hand. ${HOW_TO_RESTORE}`],
    };
  }
  const altered = planned === undefined ? [] : differences(planned, actual);
  const deployedHash = planned?.env['SLUICE_RULE_HASH'] ?? actual.env['SLUICE_RULE_HASH'];
  const changed = deployedHash !== hash;
  const notes = [
    ...altered.map((each) => `altered by hand: ${each}`),
    ...(altered.length > 0 ? [HOW_TO_UNDO] : []),
    ...(changed ? ['the file is not what was deployed: sluice deploy brings it up to date'] : []),
  ];
  return { state: altered.length > 0 ? 'altered' : changed ? 'changed' : 'deployed', notes };
}

/** What of a function is not as its template sets it up, each as words. Values of the environment are not shown. */
export function differences(planned: FunctionConfig, actual: FunctionConfig): readonly string[] {
  const plain = (['handler', 'runtime', 'timeout', 'memory'] as const).flatMap((name) => {
    const [was, is] = [planned[name], actual[name]];
    return was === undefined || is === undefined || was === is ? [] : [`${name} ${is}, was ${was}`];
  });
  const lists = (['subnetIds', 'securityGroupIds'] as const).flatMap((name) => {
    const [was, is] = [planned[name], actual[name] ?? []];
    if (was === undefined || [...was].sort().join() === [...is].sort().join()) return [];
    return [`${name} ${is.join(', ') || 'none'}, was ${was.join(', ') || 'none'}`];
  });
  const env = Object.entries(planned.env).flatMap(([name, value]) =>
    actual.env[name] === value
      ? []
      : [`environment variable ${name} ${actual.env[name] === undefined ? 'is gone' : 'has another value'}`],
  );
  const code = planned.codeSha256;
  const recoded = code !== undefined && actual.codeSha256 !== undefined && code !== actual.codeSha256;
  return [
    ...plain,
    ...lists,
    ...env,
    ...(recoded ? ['its code is not the deployed package; npx serverless deploy function --force puts it back'] : []),
  ];
}
