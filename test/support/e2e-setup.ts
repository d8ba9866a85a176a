import { bringUp } from './shared-stack.ts';

export default (): Promise<void> => bringUp(['kafka', 'aws', 'redis', 'postgres']);
