// Jest compiles tests, but loads reporters as they are.
import { register } from 'tsx/esm/api';

const unregister = register();
const { SummaryReporter } = await import('./summary-reporter.ts');
await unregister();

export default SummaryReporter;
