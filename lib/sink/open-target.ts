import type { RuleBundle, SinkRule } from '../rule/schema.ts';
import type { Target, TargetPorts } from './contract.ts';

/** The target of a rule of any kind; only the client of its own kind is loaded. */
export async function openTarget(bundle: RuleBundle<SinkRule>, ports: TargetPorts): Promise<Target> {
  const { rule } = bundle;
  switch (rule.kind) {
    case 'postgres-sink':
      return (await import('./open-postgres.ts')).openPostgres({ ...bundle, rule }, ports);
    case 'tdengine-sink':
      return (await import('./open-tdengine.ts')).openTdengine({ ...bundle, rule }, ports);
  }
}
