import type { Template } from './names.ts';

/** One right of a function's role. */
export interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: readonly (string | Template)[];
  readonly Condition?: Template;
}

export function allow(sid: string, actions: readonly string[], resources: readonly (string | Template)[]): Statement {
  return { Sid: sid, Effect: 'Allow', Action: actions, Resource: resources };
}
