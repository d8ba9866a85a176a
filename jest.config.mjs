// One project per cost: `unit` needs no server and runs in seconds; the others get the local stack from their global set-up.
const swc = [
  '@swc/jest',
  { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
];
export const project = (displayName, folders, extra = {}) => ({
  displayName,
  rootDir: import.meta.dirname,
  roots: folders.map((folder) => `<rootDir>/test/${folder}`),
  testMatch: ['**/*.test.ts'],
  transform: { '\\.[cm]?[jt]s$': swc },
  // Packages that ship ES modules only are compiled like our own code.
  transformIgnorePatterns: ['node_modules/(?!(hyparquet|uuid|@duckdb)/)'],
  extensionsToTreatAsEsm: [],
  ...extra,
});

export const withServers = (setup, timeout = 'server-timeout') => ({
  setupFilesAfterEnv: [`<rootDir>/test/support/${timeout}.ts`],
  globalSetup: `<rootDir>/test/support/${setup}.ts`,
  globalTeardown: '<rootDir>/test/support/teardown.ts',
});

/** The projects are those that a full run of everything that is quick consists of. */
export const reporters = [
  'default',
  ['<rootDir>/test/support/summary-reporter.mjs', { projects: ['unit', 'integration', 'e2e'] }],
];

/**
 * Two: most of a test on real parts is waiting for them, and all of them share one stack. Jest itself leaves a core free,
 * which on two cores means one test at a time.
 */
export const maxWorkers = 2;

export default {
  maxWorkers,
  projects: [
    project('unit', ['unit', 'property', 'conformance']),
    project('integration', ['integration'], withServers('integration-setup')),
    project('e2e', ['e2e'], withServers('e2e-setup')),
  ],
  reporters,
};
