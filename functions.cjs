// Serverless reads TypeScript as text; a CommonJS file it runs. Called once for the functions and once for the resources.
require('tsx/cjs');
const { mkdirSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { liveStack } = require('./lib/cli/aws/live-stack.ts');
const { deploy } = require('./lib/rule/deployment/index.ts');

let deployment;

module.exports = async ({ resolveVariable }) => {
  const [stage, service, region] = await Promise.all(
    ['sls:stage', 'self:service', 'self:provider.region'].map(resolveVariable),
  );
  declareBundlesCommonJs();
  deployment ??= deploy(__dirname, stage, process.env, liveStack(`${service}-${stage}`, region), service);
  return deployment;
};

/** serverless-offline runs the bundles where esbuild leaves them: inside of this package, whose files are ES modules. */
function declareBundlesCommonJs() {
  const folder = path.join(__dirname, '.esbuild');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'package.json'), '{ "type": "commonjs" }\n');
}
