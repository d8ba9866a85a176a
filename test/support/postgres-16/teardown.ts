import { takeDown } from '../shared-stack.ts';
import { postgres16 } from './server.ts';

export default async (): Promise<void> => {
  await postgres16().down();
  await takeDown();
};
