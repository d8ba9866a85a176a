// Serverless reads TypeScript as text; a CommonJS file it runs. Called once for the functions and once for the resources.
require('tsx/cjs');
const { deploy } = require('./lib/rule/deployment/index.ts');

let deployment;

module.exports = async ({ resolveVariable }) => {
  const stage = await resolveVariable('sls:stage');
  deployment ??= deploy(__dirname, stage, process.env);
  return deployment;
};
