export { belongsTo, notOf, onlyOf, type RuleSource } from './belongs-to.ts';
export type { Command, Ignored, ObjectEvent, Rejected, Trigger, TriggerSource } from './contract.ts';
export { parseTrigger } from './parse.ts';
