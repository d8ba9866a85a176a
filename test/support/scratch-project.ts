/** A project of its own in a temporary folder: the program's files, and rules that only one test has. */
import { execFile, spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PROJECT } from '../../local/project.ts';
import { Background } from './background.ts';

/** What a deployment reads beside the rules. `node_modules` is too large to be copied and is only linked. */
const PROGRAM = ['functions', 'lib', 'events', 'functions.cjs', 'package.json', 'tsconfig.json', 'connections.yml'];

export interface Outcome {
  /** Null when it was ended for taking too long. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ScratchOptions {
  /** Tells its CloudFormation stack from that of every other project. */
  readonly service: string;
  /** Texts by name of rule. */
  readonly rules: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
}

export class ScratchProject {
  readonly folder: string;
  readonly #environment: NodeJS.ProcessEnv;

  private constructor(folder: string, environment: NodeJS.ProcessEnv) {
    this.folder = folder;
    this.#environment = environment;
  }

  static async make({ service, rules, environment }: ScratchOptions): Promise<ScratchProject> {
    const folder = await realpath(await mkdtemp(path.join(tmpdir(), `${service}-`)));
    await Promise.all(
      PROGRAM.map((name) => cp(path.join(PROJECT, name), path.join(folder, name), { recursive: true })),
    );
    await symlink(path.join(PROJECT, 'node_modules'), path.join(folder, 'node_modules'));
    const text = await readFile(path.join(PROJECT, 'serverless.yml'), 'utf8');
    await writeFile(path.join(folder, 'serverless.yml'), replaced(text, [/^service: .*$/m, `service: ${service}`]));
    const project = new ScratchProject(folder, {
      ...process.env,
      // Jest's own options are not for the programs that a user starts.
      NODE_OPTIONS: '',
      NODE_ENV: '',
      // Packaging leaves files behind there; with the folder they go.
      TMPDIR: path.join(folder, 'tmp'),
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      ...environment,
    });
    for (const name of ['rules', 'tmp']) await mkdir(path.join(folder, name));
    for (const [name, rule] of Object.entries(rules)) await project.writeRule(name, rule);
    return project;
  }

  async removeRule(name: string): Promise<void> {
    await rm(path.join(this.folder, 'rules', `${name}.yml`));
  }

  async writeRule(name: string, text: string): Promise<void> {
    await writeFile(path.join(this.folder, 'rules', `${name}.yml`), text);
  }

  serverless(args: readonly string[], timeoutMs = 120_000): Promise<Outcome> {
    return this.#run(path.join(this.folder, 'node_modules', '.bin', 'serverless'), args, timeoutMs);
  }

  /** A command of Serverless that goes on until it is stopped. Whoever starts it stops it. */
  serverlessInBackground(args: readonly string[]): Background {
    const program = path.join(this.folder, 'node_modules', '.bin', 'serverless');
    return new Background(
      spawn(process.execPath, [program, ...args], {
        cwd: this.folder,
        env: this.#environment,
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    );
  }

  /** The CLI as a user runs it, with variables that differ from the project's. */
  sluice(args: readonly string[], variables: Readonly<Record<string, string>> = {}): Promise<Outcome> {
    return this.#run(process.execPath, [path.join(PROJECT, 'bin', 'sluice.mjs'), ...args], 90_000, variables);
  }

  async deploy(): Promise<void> {
    const { code, stdout, stderr } = await this.serverless(['deploy', '--stage', 'local']);
    if (code !== 0) throw new Error(`serverless deploy ended with ${code}:\n${stdout}\n${stderr}`);
  }

  /** Takes the deployment away, where there is one, and the folder. */
  async remove({ deployed }: { readonly deployed: boolean }): Promise<void> {
    if (deployed) await this.serverless(['remove', '--stage', 'local']);
    await rm(this.folder, { recursive: true, force: true });
  }

  #run(
    program: string,
    args: readonly string[],
    timeout: number,
    variables: Readonly<Record<string, string>> = {},
  ): Promise<Outcome> {
    const options = {
      cwd: this.folder,
      env: { ...this.#environment, ...variables },
      timeout,
      killSignal: 'SIGKILL',
      maxBuffer: 2 ** 26,
    } as const;
    return new Promise((resolve) => {
      const child = execFile(program, args, options, (_error, stdout, stderr) =>
        resolve({ code: child.exitCode, stdout, stderr }),
      );
      child.stdin?.end();
    });
  }
}

export interface RuleChanges {
  readonly name: string;
  readonly topic: string;
  readonly bucket: string;
  readonly trigger?: string;
}

/** The rule that the README shows, under a name and with a bucket and a topic that no other test has. */
export async function exampleRule({ name, topic, bucket, trigger = 's3' }: RuleChanges): Promise<string> {
  const text = await readFile(path.join(PROJECT, 'rules', 'errors-to-kafka.yml'), 'utf8');
  return replaced(
    text,
    [/^name: .*$/m, `name: ${name}`],
    [/my-logs-local/, bucket],
    [/^( +topic:) errors$/m, `$1 ${topic}`],
    [/\btopic: errors\.dead\b/, `topic: ${topic}.dead`],
    [/^( +trigger:) s3 /m, `$1 ${trigger} `],
  );
}

/** A sink that the README shows, with changes of its text: each must find what it replaces. */
export async function exampleSink(
  rule: 'errors-to-postgres' | 'meters-to-tdengine',
  ...changes: readonly (readonly [RegExp, string])[]
): Promise<string> {
  return replaced(await readFile(path.join(PROJECT, 'rules', `${rule}.yml`), 'utf8'), ...changes);
}

function replaced(text: string, ...changes: readonly (readonly [RegExp, string])[]): string {
  return changes.reduce((before, [pattern, by]) => {
    if (!pattern.test(before)) throw new Error(`there is no ${pattern} in:\n${before}`);
    return before.replace(pattern, by);
  }, text);
}
