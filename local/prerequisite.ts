/** Programs that the stack needs and does not bring itself, and how to get them. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { StackFailure } from './part.ts';

const run = promisify(execFile);

export interface Prerequisite {
  readonly title: string;
  /** The command that starts it, or undefined where it is missing or too old. */
  find(): Promise<string | undefined>;
  readonly install: { readonly debian: string; readonly macos: string; readonly fedora: string };
}

export const JAVA: Prerequisite = {
  title: 'Java 17 or later',
  find: () => firstOf(['java'], async (command) => (javaMajor(await output(command, ['-version'])) ?? 0) >= 17),
  install: {
    debian: 'sudo apt-get install -y openjdk-17-jre-headless',
    macos:
      'brew install openjdk@17 && sudo ln -sfn "$(brew --prefix)/opt/openjdk@17/libexec/openjdk.jdk" /Library/Java/JavaVirtualMachines/openjdk-17.jdk',
    fedora: 'sudo dnf install -y java-17-openjdk-headless || sudo dnf install -y java-21-openjdk-headless',
  },
};

export const MAVEN: Prerequisite = {
  title: 'Maven 3',
  find: () => firstOf(['mvn'], async (command) => /Apache Maven [3-9]/.test(await output(command, ['-v']))),
  install: {
    debian: 'sudo apt-get install -y maven',
    macos: 'brew install maven',
    fedora: 'sudo dnf install -y maven',
  },
};

export const PYTHON: Prerequisite = {
  title: 'Python 3.11 or later, with venv',
  find: () =>
    firstOf(['python3.11', 'python3', 'python3.12', 'python3.13'], async (command) =>
      pythonServes(await output(command, ['-c', 'import sys, venv, ensurepip; print(sys.version)'])),
    ),
  install: {
    debian: 'sudo apt-get install -y python3 python3-venv',
    macos: 'brew install python@3.11',
    fedora: 'sudo dnf install -y python3.11',
  },
};

export const OPENSSL: Prerequisite = {
  title: 'openssl',
  find: () => firstOf(['openssl'], async (command) => /SSL \d/.test(await output(command, ['version']))),
  install: {
    debian: 'sudo apt-get install -y openssl',
    macos: 'brew install openssl',
    fedora: 'sudo dnf install -y openssl',
  },
};

/** The major version in what `java -version` prints: `1.8.0_392` is 8, `17.0.15` is 17. */
export function javaMajor(text: string): number | undefined {
  const version = /version "(?:1\.)?(\d+)/.exec(text);
  return version === null ? undefined : Number(version[1]);
}

/** From 3.11 on; what is printed begins with the version, unless venv or ensurepip could not be imported. */
export function pythonServes(text: string): boolean {
  const version = /^3\.(\d+)\./.exec(text);
  return version !== null && Number(version[1]) >= 11;
}

/** Undefined when nothing is missing; else one failure that names all of it. */
export async function missing(wanted: readonly Prerequisite[]): Promise<StackFailure | undefined> {
  const distinct = [...new Set(wanted)];
  const found = await Promise.all(distinct.map((prerequisite) => prerequisite.find()));
  const absent = distinct.filter((_, index) => found[index] === undefined);
  return absent.length === 0 ? undefined : new StackFailure(missingMessage(absent), 'Install them and try again.');
}

export function missingMessage(absent: readonly Prerequisite[]): string {
  const blocks = absent.map(
    ({ title, install }) =>
      `  ${title}\n    Debian, Ubuntu  ${install.debian}\n    macOS           ${install.macos}\n    Fedora          ${install.fedora}`,
  );
  return `The local stack needs what was not found on this machine:\n${blocks.join('\n')}`;
}

async function firstOf(
  commands: readonly string[],
  serves: (command: string) => Promise<boolean>,
): Promise<string | undefined> {
  for (const command of commands) if (await serves(command)) return command;
  return undefined;
}

async function output(command: string, args: readonly string[]): Promise<string> {
  try {
    const { stdout, stderr } = await run(command, [...args], { timeout: 20_000 });
    return stdout + stderr;
  } catch {
    return '';
  }
}
