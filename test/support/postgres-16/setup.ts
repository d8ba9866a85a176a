import { bringUp } from '../shared-stack.ts';
import { postgres16 } from './server.ts';

export default async (): Promise<void> => {
  await bringUp(['kafka']);
  await postgres16().up(['postgres']);
};
