import { takeDown } from './shared-stack.ts';

export default takeDown;
