import { JAVA, javaMajor, MAVEN, missing, missingMessage, pythonServes } from '../../../local/prerequisite.ts';

describe('the version of Java', () => {
  test.each([
    ['openjdk version "17.0.15" 2025-04-15', 17],
    ['java version "1.8.0_392"', 8],
    ['openjdk version "21" 2023-09-19', 21],
    ['Picked up JAVA_TOOL_OPTIONS: -Xmx1g\nopenjdk version "11.0.2" 2019-01-15', 11],
    ['The operation couldn’t be completed. Unable to locate a Java Runtime.', undefined],
    ['', undefined],
  ])('%j is %p', (text, major) => {
    expect(javaMajor(text)).toBe(major);
  });
});

describe('the version of Python', () => {
  test.each([
    ['3.11.7 (main, Jan 1 2024) [GCC 12.2.0]', true],
    ['3.12.0 (main)', true],
    ['3.9.18 (main)', false],
    ['3.1.1 (main)', false],
    // What is printed when venv cannot be imported is nothing at all.
    ['', false],
  ])('%j serves: %p', (text, serves) => {
    expect(pythonServes(text)).toBe(serves);
  });
});

test('all that is missing is told at once, each with its line for three systems', () => {
  const message = missingMessage([JAVA, MAVEN]);
  for (const { title, install } of [JAVA, MAVEN]) {
    for (const part of [title, install.debian, install.macos, install.fedora]) expect(message).toContain(part);
  }
});

test('what is found is not told, and a doubled wish only once', async () => {
  const here = { ...JAVA, find: async () => 'java' };
  const gone = { ...MAVEN, find: async () => undefined };
  expect(await missing([here])).toBeUndefined();
  const failure = await missing([here, gone, gone]);
  expect(failure?.message.match(/Maven 3/g)).toHaveLength(1);
  expect(failure?.message).not.toContain('Java');
});
