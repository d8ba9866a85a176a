import { explore, type Model } from './explore.ts';

/** Every batch is seen exactly once, in every state that the model can reach; and everything can be done. */
export function expectOnce<S>(model: Model<S>): void {
  const { violation, goals } = explore(model);
  expect(violation).toBeUndefined();
  expect(goals).toBeGreaterThan(0);
}
