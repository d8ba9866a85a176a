import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

const GIB = 2 ** 30;
const MB = 1e6;
const ROOT = path.join(__dirname, '..', '..');
const BLOCK_ROWS = 10_000;

/** What the program held at most, told on its fourth stream when it ends. */
const TELL_MEMORY = `data:text/javascript,${encodeURIComponent(
  `import { writeSync } from 'node:fs'; process.on('exit', () => writeSync(3, String(process.resourceUsage().maxRSS)));`,
)}`;

/** The program as a user starts it, between two pipes. */
function sluice(...args: readonly string[]) {
  const child = spawn(process.execPath, ['--import', TELL_MEMORY, 'bin/sluice.mjs', ...args], {
    cwd: ROOT,
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  });
  // It may end before all is written, as after LIMIT.
  child.stdin.on('error', () => {});
  const maxRss = text(child.stdio[3] as Readable).then((kib) => Number(kib) * 1024);
  return { child, out: child.stdout, err: text(child.stderr), maxRss, exit: once(child, 'close') };
}

/** So many bytes of access log and more, as fast as they are taken. Resolves to the number of rows, or where it was cut off. */
async function feed({ stdin }: ChildProcess, bytes: number): Promise<number> {
  if (stdin === null) throw new Error('the child has no standard input');
  const line = (_: unknown, i: number) =>
    `req-${i},2026-11-20T10:12:55Z,/api/v1/orders/${i}?page=3,${i % 20 === 0 ? 503 : 200},"Mozilla/5.0 (X11, Linux)",eu-central-1\n`;
  const block = Buffer.from(Array.from({ length: BLOCK_ROWS }, line).join(''));
  stdin.write('id,received,uri,status,agent,region\n');
  const closed = new Promise<void>((resolve) => stdin.once('close', resolve));
  let blocks = 0;
  for (let fed = 0; fed < bytes && stdin.writable; fed += block.length) {
    blocks++;
    if (!stdin.write(block)) await Promise.race([closed, new Promise<void>((resolve) => stdin.once('drain', resolve))]);
  }
  stdin.end();
  return blocks * BLOCK_ROWS;
}

/** What a machine may add to what a stream needs: pages of 2 MiB, arenas for each of its cores. */
const MOST = 200 * MB;

describe('sluice select in a pipe', () => {
  it('holds no more of 2 GiB than of a little', async () => {
    const { child, out, err, maxRss, exit } = sluice(
      'select',
      'SELECT COUNT(*) FROM S3Object s WHERE s.status >= 500',
      '--header',
      'use',
    );
    const answer = text(out);
    const rows = await feed(child, 2 * GIB);
    expect(await answer).toBe(`{"_1":${rows / 20}}\n`);
    expect((await exit)[0]).toBe(0);
    expect(await err).toBe('');
    expect(await maxRss).toBeLessThan(MOST);
  }, 240_000);

  it('holds no more when every row leaves, and waits for a slow reader', async () => {
    const { child, out, maxRss, exit } = sluice('select', 'SELECT * FROM S3Object s', '--header', 'use');
    let lines = 0;
    const reading = (async () => {
      for await (const chunk of out) for (const byte of chunk as Buffer) if (byte === 10) lines++;
    })();
    const rows = await feed(child, GIB / 4);
    await reading;
    expect((await exit)[0]).toBe(0);
    expect(lines).toBe(rows);
    expect(await maxRss).toBeLessThan(MOST);
  }, 240_000);

  it('ends without a word when its reader has seen enough', async () => {
    const { child, out, err, exit } = sluice('select', 'SELECT s.id FROM S3Object s', '--header', 'use');
    const fed = feed(child, 2 * GIB);
    const [first] = (await once(out, 'data')) as [Buffer];
    expect(first.toString()).toMatch(/^{"id":"req-0"}\n/);
    out.destroy();
    expect((await exit)[0]).toBe(0);
    expect(await err).toBe('');
    expect(await fed).toBeLessThan((2 * GIB) / 100);
  }, 60_000);

  it('ends with the last row that LIMIT allows, though more is coming', async () => {
    const { child, out, exit } = sluice('select', 'SELECT s.id FROM S3Object s LIMIT 2', '--header', 'use');
    const answer = text(out);
    const fed = feed(child, 2 * GIB);
    expect(await answer).toBe('{"id":"req-0"}\n{"id":"req-1"}\n');
    expect((await exit)[0]).toBe(0);
    expect(await fed).toBeLessThan((2 * GIB) / 100);
  }, 60_000);
});
