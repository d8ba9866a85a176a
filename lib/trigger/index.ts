export { belongsTo, notOf, onlyOf, type RuleSource } from './belongs-to.ts';
export { continueEvent, exportEvent } from './command.ts';
export type { Command, Continuation, Ignored, ObjectEvent, Rejected, Trigger, TriggerSource } from './contract.ts';
export { parseTrigger } from './parse.ts';
export { type QueueMessage, queueMessages } from './queue.ts';
