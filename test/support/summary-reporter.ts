/** The end of a test run: what ran against real servers, the matrices, and one plain line of counts. */
import { readFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { emptyCells, fill, type MatrixDeclaration, render, strays, type TestOutcome } from './matrix.ts';

/** The parts of Jest's own types that are read here. */
export interface RunChoice {
  readonly nonFlagArgs: readonly string[];
  readonly testNamePattern?: string;
  readonly testPathPatterns: { readonly patterns: readonly string[] };
  readonly onlyChanged: boolean;
  readonly onlyFailures: boolean;
  readonly findRelatedTests: boolean;
  readonly shard?: unknown;
}

interface ProjectContext {
  readonly config: { readonly displayName?: { readonly name: string } };
}

interface RunResult {
  readonly testResults: readonly {
    readonly testFilePath: string;
    readonly displayName?: { readonly name: string };
    readonly testExecError?: unknown;
    readonly testResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

interface Declarations {
  /** Counted are tests marked as running with `server`, of one project where one is named. */
  readonly servers: readonly { readonly title: string; readonly server: string; readonly project?: string }[];
  readonly matrices: readonly MatrixDeclaration[];
}

export interface SummaryOptions {
  /** Names of the projects that make up a full run. */
  readonly projects: readonly string[];
}

export interface Summary {
  readonly text: string;
  /** What makes a run fail although no test did. */
  readonly problem?: string;
  readonly counts: string;
}

/** Everything that is printed, from what was run. Empty cells are a problem of a full run only. */
export function summarize(declarations: Declarations, outcomes: readonly TestOutcome[], full: boolean): Summary {
  const matrices = fill(declarations.matrices, outcomes);
  const touched = matrices.filter(
    ({ cells }) => full || cells.flat().some((cell) => cell !== 'empty' && cell !== 'none'),
  );
  const servers = declarations.servers.map(({ title, server, project }) => {
    const its = outcomes.filter(
      (outcome) =>
        serversOf(outcome.fullName).includes(server) && (project === undefined || outcome.project === project),
    );
    const ran = its.filter(({ status }) => status !== 'skipped').length;
    const skipped = its.length - ran;
    return `  ${title}: ${ran}${skipped === 0 ? '' : `, and ${skipped} SKIPPED because it cannot be had here`}`;
  });
  const lines = [...touched.map((matrix) => `\n${render(matrix)}`), '\nTests that ran against', ...servers];
  const wrong = strays(declarations.matrices, outcomes);
  const empty = full ? emptyCells(matrices) : [];
  const problems = [
    ...(wrong.length === 0
      ? []
      : [`Test names fill cells that test/support/matrix.json does not declare: ${wrong.join(', ')}`]),
    ...(empty.length === 0 ? [] : [`No test fills these cells of test/support/matrix.json: ${empty.join(', ')}`]),
  ];
  return {
    text: lines.join('\n'),
    counts: countsLine(outcomes),
    ...(problems.length === 0 ? {} : { problem: problems.join('\n') }),
  };
}

/** `3 passed, 1 failed`, and `, 2 skipped` where there are any. */
export function countsLine(outcomes: readonly TestOutcome[]): string {
  const count = (status: TestOutcome['status']) => outcomes.filter((outcome) => outcome.status === status).length;
  const skipped = count('skipped');
  return `${count('passed')} passed, ${count('failed')} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`;
}

/** `describeWith` marks its groups: `[with kafka, localstack] title`. */
function serversOf(fullName: string): readonly string[] {
  return [...fullName.matchAll(/\[with ([^\]]+)\]/g)].flatMap(([, list]) => list!.split(', '));
}

export function readDeclarations(): Declarations {
  return JSON.parse(readFileSync(path.join(import.meta.dirname, 'matrix.json'), 'utf8')) as Declarations;
}

export class SummaryReporter {
  private readonly globalConfig: RunChoice;
  private readonly options: SummaryOptions;
  private problem: Error | undefined;

  constructor(globalConfig: RunChoice, options: SummaryOptions) {
    this.globalConfig = globalConfig;
    this.options = options;
  }

  onRunComplete(contexts: ReadonlySet<ProjectContext>, results: RunResult): void {
    const outcomes = outcomesOf(results);
    const full = this.isFull(contexts);
    const declarations = readDeclarations();
    const { text, problem, counts } = summarize(declarations, outcomes, full);
    process.stdout.write(`${text}\n`);
    if (problem !== undefined) {
      this.problem = new Error(problem);
      process.stdout.write(`\n${problem}\n`);
    }
    // Jest and the tear-downs still have things to say; this line shall be the last.
    process.once('exit', () => writeSync(1, `${counts}\n`));
  }

  getLastError(): Error | undefined {
    return this.problem;
  }

  /** Every project, and no choice of files or names within them. */
  private isFull(contexts: ReadonlySet<ProjectContext>): boolean {
    const { nonFlagArgs, testNamePattern, testPathPatterns, onlyChanged, onlyFailures, findRelatedTests, shard } =
      this.globalConfig;
    const chosen =
      nonFlagArgs.length > 0 ||
      testNamePattern ||
      testPathPatterns.patterns.length > 0 ||
      onlyChanged ||
      onlyFailures ||
      findRelatedTests ||
      shard !== undefined;
    const ran = new Set([...contexts].map(({ config }) => config.displayName?.name));
    return !chosen && this.options.projects.every((project) => ran.has(project));
  }
}

/** A file that could not even be loaded is one failure: it has no tests to count. */
function outcomesOf(results: RunResult): readonly TestOutcome[] {
  return results.testResults.flatMap(({ testFilePath, testExecError, testResults, displayName }): TestOutcome[] => {
    const project = displayName?.name ?? '';
    if (testExecError !== undefined && testResults.length === 0) {
      return [{ fullName: testFilePath, project, status: 'failed' }];
    }
    return testResults.map(({ fullName, status }) => ({
      fullName,
      project,
      status: status === 'passed' || status === 'failed' ? status : 'skipped',
    }));
  });
}
