// What takes minutes: `npm run test:all`. Every file in test/all is run, with the local stack; and the fuzzers, for longer.
import { project, reporters, withServers } from './jest.config.mjs';

export default {
  projects: [
    project('fuzz', ['property'], { testMatch: ['**/fuzz.test.ts'] }),
    project('all', ['all'], withServers('integration-setup')),
  ],
  reporters,
};
