import { PassThrough } from 'node:stream';
import { processTerminal } from '../../../lib/cli/terminal.ts';

/** A terminal on streams of our own, and what it wrote. */
function terminal(extra: object = {}) {
  const [stdin, stdout, stderr] = [new PassThrough(), Object.assign(new PassThrough(), extra), new PassThrough()];
  const streams = { stdin, stdout, stderr } as unknown as Parameters<typeof processTerminal>[0];
  return { stdin, stdout, stderr, terminal: processTerminal(streams, {}) };
}

test('an answer is a line without its end', async () => {
  const { stdin, stderr, stdout, terminal: subject } = terminal();
  stdin.write('yes\n');
  expect(await subject.ask('Sure? ')).toBe('yes');
  expect(String(stderr.read())).toContain('Sure? ');
  expect(stdout.read()).toBeNull();
});

test('input that ends at a question is no answer, and nothing may be done for it', async () => {
  const { stdin, terminal: subject } = terminal();
  const asked = subject.ask('Which one? [1] ');
  stdin.end();
  await expect(asked).rejects.toMatchObject({ code: 'Refused' });
});

test.each([
  [{ isTTY: true, columns: 120 }, 120],
  [{ isTTY: true, columns: 0 }, 80],
  [{}, Number.POSITIVE_INFINITY],
])('a standard output that is %j is %d wide', (stdout, columns) => {
  expect(terminal(stdout).terminal.columns).toBe(columns);
});

test('an error of standard output that is no closed pipe is not swallowed', () => {
  const { stdout } = terminal();
  expect(() => stdout.emit('error', new Error('disk full'))).toThrow('disk full');
});
