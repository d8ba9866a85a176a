/**
 * How fast the select engine is beside its peers, on one core: `npm run bench:select [-- --quick] [--rounds n] [--case text]`.
 *
 * Each run is a process of its own, pinned to one core where the system can, and all of a case in turn. Speed is input
 * bytes (decompressed) by CPU second of the whole process, so that what else runs on the machine counts little; seconds
 * by the wall stand beside. All peers of a case must give the same rows. `--quick`: a tenth of the data,
 * of which warming up is a good part. `--case`: only the cases whose name holds the text.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { CASES, type Case, KEPT_SPEED, MAX_MEMORY_MB, type Peer, TEN_CONJUNCTS } from './select/cases.ts';
import { type DataFile, dataFiles } from './select/data.ts';
import { type Digest, digestOf } from './select/digest.ts';
import { type Job, RUNS, SETTINGS } from './select/peers.ts';

interface Measured {
  readonly cpu: number;
  readonly wall: number;
  readonly maxRssMb: number;
}
interface Result extends Measured {
  readonly digest: Digest;
  /** Decompressed input by CPU second. */
  readonly speed: number;
}
type Results = ReadonlyMap<Peer, Result>;

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Among the packages, so that the bundle finds DuckDB's. */
const BUNDLE = join(ROOT, 'node_modules', '.cache', 'bench-select.mjs');

async function runChild(job: Job): Promise<void> {
  const run = await RUNS[job.peer](job);
  const began = { cpu: process.cpuUsage(), wall: process.hrtime.bigint() };
  await run();
  const { user, system } = process.cpuUsage(began.cpu);
  const measured: Measured = {
    cpu: (user + system) / 1e6,
    wall: Number(process.hrtime.bigint() - began.wall) / 1e9,
    maxRssMb: (process.resourceUsage().maxRSS * 1024) / 1e6,
  };
  console.log(JSON.stringify(measured));
}

/** The last core: the first has the machine's own chores. */
function pinning(): readonly string[] {
  const command = ['taskset', '-c', String(availableParallelism() - 1)];
  return spawnSync(command[0]!, [...command.slice(1), 'true']).status === 0 ? command : [];
}

async function measure(job: Job, pinned: readonly string[]): Promise<Measured> {
  const [program = process.execPath, ...args] = [...pinned, process.execPath, BUNDLE, '--child', JSON.stringify(job)];
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let answer = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    answer += text;
  });
  const code = await new Promise((resolve, reject) => child.once('close', resolve).once('error', reject));
  if (code !== 0) throw new Error(`${job.peer} ended with ${String(code)}`);
  return JSON.parse(answer) as Measured;
}

/** The run of the least CPU time, for each peer; one peer after the other, round by round. */
async function runCase(each: Case, file: DataFile, rounds: number, pinned: readonly string[]): Promise<Results> {
  const best = new Map<Peer, Result>();
  for (let round = 0; round < rounds; round++) {
    for (const peer of each.peers) {
      const out = join(tmpdir(), 'sluice-bench-select', `out-${peer}`);
      const [format, gzip] = [each.file.startsWith('csv') ? 'csv' : 'jsonl', each.file.endsWith('.gz')] as const;
      const { sql, wanted } = each;
      const measured = await measure({ peer, sql, wanted, format, gzip, path: file.path, out }, pinned);
      const digest = await digestOf(out);
      await rm(out);
      const before = best.get(peer);
      const maxRssMb = Math.max(measured.maxRssMb, before?.maxRssMb ?? 0);
      const kept = before !== undefined && before.cpu <= measured.cpu ? before : measured;
      best.set(peer, { ...kept, maxRssMb, digest, speed: file.bytes / 1e6 / kept.cpu });
    }
  }
  return best;
}

let missed = 0;

function verdict(holds: boolean): string {
  if (!holds) missed++;
  return holds ? 'holds' : 'MISSED';
}

function report(each: Case, results: Results): void {
  const sluice = results.get('sluice')!;
  const same = [...results.values()].every(({ digest }) => digest.hash === sluice.digest.hash);
  console.log(
    `\n${each.name}: ${sluice.digest.rows.toLocaleString('en-US')} rows, ${same ? `the same from all (${sluice.digest.hash})` : verdictOfRows(results)}`,
  );
  for (const [peer, { speed, cpu, wall, maxRssMb }] of results) {
    const ratio = peer === 'sluice' ? '' : `  Sluice is ${(sluice.speed / speed).toFixed(2)} times as fast`;
    const target = each.targets[peer];
    const held = target === undefined ? '' : `, target ${target}: ${verdict(sluice.speed / speed >= target)}`;
    console.log(
      `  ${peer.padEnd(11)}${speed.toFixed(0).padStart(6)} MB/s${cpu.toFixed(2).padStart(8)} s CPU${wall.toFixed(2).padStart(8)} s${maxRssMb.toFixed(0).padStart(6)} MB${ratio}${held}`,
    );
  }
}

function verdictOfRows(results: Results): string {
  missed++;
  return `NOT the same: ${[...results].map(([peer, { digest }]) => `${peer} ${digest.rows} (${digest.hash})`).join(', ')}`;
}

async function main(args: readonly string[]): Promise<void> {
  const given = (flag: string) => (args.includes(flag) ? args[args.indexOf(flag) + 1] : undefined);
  const rounds = Number(given('--rounds') ?? 3);
  const cases = [...CASES, TEN_CONJUNCTS].filter(({ name }) => name.includes(given('--case') ?? ''));
  const files = await dataFiles(args.includes('--quick') ? 0.1 : 1);
  await mkdir(join(BUNDLE, '..'), { recursive: true });
  // As a deployed function is built; the peers get the same.
  await build({
    entryPoints: [fileURLToPath(import.meta.url)],
    outfile: BUNDLE,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['esbuild', '@duckdb/*'],
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'error',
  });
  const pinned = pinning();
  console.log(
    `Node ${process.version}, ${pinned.length > 0 ? `one core (${pinned.join(' ')})` : 'not pinned to a core'}, the best of ${rounds} rounds by CPU time`,
  );
  for (const [peer, settings] of Object.entries(SETTINGS)) console.log(`  ${peer.padEnd(11)}${settings}`);
  const peak: number[] = [];
  let plain = 0;
  for (const each of cases) {
    const results = await runCase(each, files[each.file], rounds, pinned);
    report(each, results);
    const { speed, maxRssMb } = results.get('sluice')!;
    peak.push(maxRssMb);
    if (each === CASES[0]) plain = speed;
    if (each !== TEN_CONJUNCTS || plain === 0) continue;
    const kept = speed / plain;
    console.log(
      `  ${(100 * kept).toFixed(0)} % of the plain query's speed, target ${(100 * KEPT_SPEED).toFixed(0)} %: ${verdict(kept >= KEPT_SPEED)}`,
    );
  }
  const most = Math.max(...peak);
  console.log(`\nPeak memory ${most.toFixed(0)} MB, target ${MAX_MEMORY_MB} MB: ${verdict(most < MAX_MEMORY_MB)}`);
  console.log(missed === 0 ? 'Every target holds.' : `${missed} of the targets missed.`);
  process.exitCode = missed === 0 ? 0 : 1;
}

const [flag, job = ''] = process.argv.slice(2);
await (flag === '--child' ? runChild(JSON.parse(job) as Job) : main(process.argv.slice(2)));
