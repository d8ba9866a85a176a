// What takes minutes: `npm run test:all`. Every file in test/all is run, with the local stack; and the fuzzers, for longer.
import { maxWorkers, project, reporters, withServers } from './jest.config.mjs';

export default {
  maxWorkers,
  projects: [
    project('fuzz', ['property'], { testMatch: ['**/fuzz.test.ts'] }),
    project('all', ['all'], withServers('integration-setup')),
  ],
  reporters,
};
