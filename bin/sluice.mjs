#!/usr/bin/env node
// The CLI is TypeScript and runs as it stands: tsx strips the types when a file is loaded.
import { register } from 'tsx/esm/api';

register();
const { main } = await import('../lib/cli/main.ts');
process.exitCode = await main(process.argv.slice(2));
