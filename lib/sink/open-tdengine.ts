import { SluiceError } from '../failure/index.ts';
import { createPipeline } from '../message/pipeline.ts';
import type { TdengineSinkRule } from '../rule/schema.ts';
import type { OpenTarget } from './instance.ts';
import { sampleMessage, sampleRows } from './sample.ts';
import { createTdengineTarget } from './tdengine/target.ts';

export const openTdengine: OpenTarget<TdengineSinkRule> = async ({ rule, connections }, ports) => {
  const connection = connections.tdengine[rule.target.connection];
  if (connection === undefined) {
    throw new SluiceError(
      'UnknownConnection',
      `the rule's TDengine connection ${rule.target.connection} is not among its connections`,
      { stage: 'rule', context: { rule: rule.name }, fix: 'Deploy the rule again.' },
    );
  }
  const pipeline = createPipeline({ message: rule.message, steps: rule.steps, now: ports.clock });
  const sample = sampleRows(pipeline, sampleMessage(rule, ports.clock()));
  return createTdengineTarget({ rule, connection, sample }, ports);
};
