// What takes minutes: `npm run test:all`. Every file in test/all is run, with the local stack; and the fuzzers, for longer.
import { maxWorkers, project, reporters, withServers } from './jest.config.mjs';

export default {
  maxWorkers,
  projects: [
    project('fuzz', ['property'], { testMatch: ['**/fuzz.test.ts'] }),
    project('all', ['all'], withServers('integration-setup', 'patient-timeout')),
    // Everything about PostgreSQL once more on another version, without what has a server of its own.
    project('postgres-16', ['postgres-16', 'integration/postgres', 'integration/poison'], {
      setupFiles: ['<rootDir>/test/support/postgres-16/given.ts'],
      setupFilesAfterEnv: ['<rootDir>/test/support/server-timeout.ts'],
      globalSetup: '<rootDir>/test/support/postgres-16/setup.ts',
      globalTeardown: '<rootDir>/test/support/postgres-16/teardown.ts',
      testPathIgnorePatterns: ['/(connection|debezium)\\.test\\.ts$'],
    }),
  ],
  reporters,
};
