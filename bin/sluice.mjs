#!/usr/bin/env node
// The CLI is TypeScript and runs as it stands: tsx strips the types when a file is loaded.
import { register } from 'tsx/esm/api';

// The lock file pins the SDK: that later releases want a later Node concerns nobody who types a command.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

register();
const { main } = await import('../lib/cli/main.ts');
process.exitCode = await main(process.argv.slice(2));
// What was given up on may still be tried in the background; nobody waits for it.
process.stdout.write('', () => process.exit());
