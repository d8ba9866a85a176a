/**
 * How fast the readers go through bytes: `tsx bench/format.ts [MiB]`. Generated data, CPU seconds (so that what
 * else runs here does not count), the best of three rounds.
 * "2 fields" finds records and locates two fields of each, in the middle of it; csv-parse and JSON.parse stand beside.
 */
import { parse } from 'csv-parse/sync';
import { createReader } from '../lib/format/create.ts';
import type { InputFormat } from '../lib/format/options.ts';
import { Step } from '../lib/format/reader.ts';

const CHUNK = 1024 * 1024;
const ROUNDS = 3;

/** A repeatable stream of numbers: the same data each time. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function filled(size: number, line: (next: (below: number) => number, i: number) => string): Buffer {
  const next = numbers(7);
  const bytes = Buffer.alloc(size);
  let at = 0;
  for (let i = 0; ; i++) {
    const text = line(next, i);
    if (at + text.length > size) return bytes.subarray(0, at);
    at += bytes.write(text, at, 'latin1');
  }
}

const accessLine = (quote: string) => (next: (below: number) => number, i: number) =>
  `2026-11-${10 + next(20)}T${10 + next(14)}:12:55.${100 + next(900)}Z,req-${i},10.${next(256)}.${next(256)}.${next(256)},GET,/api/v${next(9)}/orders/${next(1e9)}?page=${next(99)},${next(2) * 300 + 200},` +
  `${next(1e6)},${next(9999)},${quote}Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36${quote},eu-central-1,${next(1e6)},-,-,HIT,TLSv1.3,ECDHE-RSA-AES128-GCM-SHA256,HTTP/2.0,${next(65536)},0.0${next(99)},edge-${next(400)},text/html,${next(1e5)},ok\n`;
const shortLine = (next: (below: number) => number, i: number) => `${i},${next(1000)},${next(10)}.5,x${next(99)}\n`;
const albLine = (next: (below: number) => number, i: number) =>
  `https 2026-11-20T10:12:55.${100000 + next(900000)}Z app/front/50dc6c495c0c9188 10.0.${next(256)}.7:2817 10.1.0.9:80 0.0${next(99)} 0.0${next(99)} 0.001 ${next(2) * 300 + 200} 200 34 ${next(1e6)} "GET https://www.example.com:443/api/${i} HTTP/1.1" "Mozilla/5.0 (X11; Linux x86_64)" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.3 arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/t/73e2 "Root=1-58337262-${i}" "www.example.com" "arn:cert" 1 2026-11-20T10:12:54.364000Z "forward" "-" "-" "10.1.0.9:80" "200" "-" "-" TID_${i}\n`;
const jsonLine = (next: (below: number) => number, i: number) =>
  `${JSON.stringify({ id: `req-${i}`, time: '2026-11-20T10:12:55.123Z', ip: `10.0.${next(256)}.7`, method: 'GET', uri: `/api/v1/orders/${next(1e9)}`, status: next(2) * 300 + 200, bytes: next(1e6), agent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36', tags: { region: 'eu-central-1', edge: `edge-${next(400)}` } })}\n`;

function scan(format: InputFormat, bytes: Buffer, fields: readonly number[]): number {
  const reader = createReader(format);
  let records = 0;
  const drain = () => {
    for (let step = reader.next(); step !== Step.MORE; step = reader.next()) {
      if (step !== Step.RECORD) throw new Error(reader.failure?.reason);
      records++;
      if (reader.kind === 'text') for (const i of fields) reader.field(i);
    }
  };
  for (let at = 0; at < bytes.length; at += CHUNK) {
    reader.push(bytes.subarray(at, at + CHUNK));
    drain();
  }
  reader.end();
  drain();
  return records;
}

function report(name: string, bytes: Buffer, run: () => number): void {
  let best = Number.POSITIVE_INFINITY;
  let records = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const began = process.cpuUsage();
    records = run();
    const { user, system } = process.cpuUsage(began);
    best = Math.min(best, (user + system) / 1e6);
  }
  const rate = (bytes.length / best / 1e6).toFixed(0).padStart(6);
  console.log(`${name.padEnd(34)} ${rate} MB/s ${(records / best / 1e6).toFixed(2).padStart(7)} M records/s`);
}

const size = Number(process.argv[2] ?? 64) * 1024 * 1024;
const wide = filled(size, accessLine(''));
const quoted = filled(size, accessLine('"'));
const short = filled(size, shortLine);
const json = filled(size, jsonLine);
const alb = filled(size, albLine);
const csv: InputFormat = { kind: 'csv', csv: {} };
report('csv, 23 columns, 2 fields', wide, () => scan(csv, wide, [4, 5]));
report('csv, 23 columns, last field', wide, () => scan(csv, wide, [22]));
report('csv, 23 columns, one quoted', quoted, () => scan(csv, quoted, [4, 5]));
report('csv, 4 short columns, 2 fields', short, () => scan(csv, short, [1, 2]));
report('csv, escape \\, 2 fields', quoted, () => scan({ kind: 'csv', csv: { escape: '\\' } }, quoted, [4, 5]));
report('alb log, 2 fields', alb, () => scan({ kind: 'log', preset: 'alb' }, alb, [8, 12]));
report('jsonl, validated', json, () => scan({ kind: 'jsonl' }, json, []));
report('json, validated', json, () => scan({ kind: 'json' }, json, []));
const part = wide.subarray(0, wide.lastIndexOf('\n', size / 8) + 1);
report('csv-parse', part, () => parse(part).length);
const jsonText = json.subarray(0, json.lastIndexOf('\n', size / 4));
report(
  'JSON.parse a line',
  jsonText,
  () =>
    jsonText
      .toString()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown).length,
);
