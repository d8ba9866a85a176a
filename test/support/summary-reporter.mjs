// Jest compiles tests, but loads reporters as they are.
import { tsImport } from 'tsx/esm/api';

const { SummaryReporter } = await tsImport('./summary-reporter.ts', import.meta.url);
export default SummaryReporter;
