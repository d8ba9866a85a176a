import { gzipSync } from 'node:zlib';
import { exportObject } from '../../../lib/export/run.ts';
import type { Compression, InputFormat } from '../../../lib/format/options.ts';
import { prepare } from '../../../lib/select/index.ts';
import { bzip2 } from '../../support/bzip2.ts';
import { cutAt } from '../../support/chunks.ts';
import { INFO, planOf, portsOf, storeOf } from '../../support/export-fakes.ts';
import { zstd } from '../../support/zstd.ts';

const STORED: Readonly<Record<Exclude<Compression, 'auto'>, (halves: readonly Buffer[]) => Uint8Array>> = {
  none: (halves) => Buffer.concat(halves),
  gzip: (halves) => Buffer.concat(halves.map((half) => gzipSync(half))),
  bzip2: (halves) => bzip2(halves),
  zstd: (halves) => zstd(halves),
};
const COMPRESSIONS = ['none', 'gzip', 'bzip2', 'zstd'] as const;

interface Visit {
  readonly id: string;
  readonly status: number;
  readonly path: string;
}

const VISITS: readonly Visit[] = Array.from({ length: 40 }, (_, i) => ({
  id: `R${1000 + i}`,
  status: i % 3 === 0 ? 503 : 200,
  path: `/päth/${i}`,
}));
const FAILED = VISITS.filter(({ status }) => status >= 500);

interface Sample {
  readonly input: InputFormat;
  readonly sql: string;
  readonly text: string;
  /** What the query should give: written from the visits, not read from the text. */
  readonly rows: readonly object[];
}

const lines = (line: (visit: Visit) => string): string => `${VISITS.map(line).join('\n')}\n`;

const SAMPLES: Readonly<Record<string, Sample>> = {
  csv: {
    input: { kind: 'csv', csv: { header: 'use' } },
    sql: 'SELECT s.id, CAST(s.status AS INT) AS status, s.path FROM S3Object s WHERE s.status >= 500',
    text: `id,status,path\n${lines(({ id, status, path }) => `${id},${status},"say ""${path}"",\nplease"`)}`,
    rows: FAILED.map(({ id, status, path }) => ({ id, status, path: `say "${path}",\nplease` })),
  },
  jsonl: {
    input: { kind: 'jsonl' },
    sql: 'SELECT s.id, s.page.path FROM S3Object s WHERE s.status >= 500',
    text: lines(({ id, status, path }) => JSON.stringify({ status, page: { path, line: 'a\nb' }, id })),
    rows: FAILED.map(({ id, path }) => ({ id, path })),
  },
  json: {
    input: { kind: 'json' },
    sql: 'SELECT s.id, s.path FROM S3Object[*].pages[*].visits[*] s WHERE s.status >= 500',
    text: JSON.stringify(
      { about: ['x'], pages: [{ visits: VISITS.slice(0, 17) }, { visits: VISITS.slice(17) }] },
      null,
      1,
    ),
    rows: FAILED.map(({ id, path }) => ({ id, path })),
  },
  's3-access-log': {
    input: { kind: 'log', preset: 's3-access-log' },
    sql: 'SELECT s.requestid, s.request_uri FROM S3Object s WHERE s.httpstatus >= 500',
    text: lines(
      ({ id, status, path }) =>
        `79a5 logs [06/Feb/2026:00:00:38 +0000] 192.0.2.3 - ${id} REST.GET.OBJECT k "GET ${path} HTTP/1.1" ${status} - 113 - 7 6 "-" "agent (x)" - s9lz= SigV4 ECDHE AuthHeader logs.s3.amazonaws.com TLSv1.2 -`,
    ),
    rows: FAILED.map(({ id, path }) => ({ requestid: id, request_uri: `GET ${path} HTTP/1.1` })),
  },
  'cos-access-log': {
    input: { kind: 'log', preset: 'cos-access-log' },
    sql: 'SELECT s.requestId, s.reqPath FROM S3Object s WHERE s.resHttpCode >= 500',
    text: lines(
      ({ id, status, path }) =>
        `1.0 logs-125 ap-guangzhou 2026-11-20T10:12:55Z s3 GetObject 10.0.0.7 AKID - 0 0 ${path} GET agent ${status} - - 1024 12 USER STANDARD 100 11 100:100 ${id} 1024 - - - "${path}"`,
    ),
    rows: FAILED.map(({ id, path }) => ({ requestId: id, reqPath: path })),
  },
  cloudfront: {
    input: { kind: 'log', preset: 'cloudfront' },
    sql: 'SELECT s."x-edge-request-id" AS id, s."cs-uri-stem" AS path FROM S3Object s WHERE s."sc-status" >= 500',
    text: `#Version: 1.0\n#Fields: date time cs-uri-stem sc-status x-edge-request-id\n${lines(({ id, status, path }) =>
      ['2026-11-20', '10:12:55', path, status, id].join('\t'),
    )}`,
    rows: FAILED.map(({ id, path }) => ({ id, path })),
  },
  alb: {
    input: { kind: 'log', preset: 'alb' },
    sql: 'SELECT s.conn_trace_id, s.request FROM S3Object s WHERE s.elb_status_code >= 500',
    text: lines(
      ({ id, status, path }) =>
        `https 2026-07-02T22:23:00.186641Z app/lb/50dc 192.168.131.39:2817 10.0.0.1:80 0.086 0.048 0.037 ${status} 200 0 57 "GET ${path} HTTP/1.1" "curl/7.46.0" ECDHE TLSv1.2 arn:tg "Root=1-58" "www.example.com" "arn:cert" 1 2026-07-02T22:22:48.364000Z "forward" "-" "-" "10.0.0.1:80" "200" "-" "-" ${id}`,
    ),
    rows: FAILED.map(({ id, path }) => ({ conn_trace_id: id, request: `GET ${path} HTTP/1.1` })),
  },
  'vpc-flow': {
    input: { kind: 'log', preset: 'vpc-flow' },
    sql: 'SELECT s.srcaddr, s."interface-id" FROM S3Object s WHERE s."action" = \'REJECT\'',
    text: lines(
      ({ id, status }) => `2 123 eni-${id} ${id} 10.0.0.2 1 2 6 1 40 1 2 ${status >= 500 ? 'REJECT' : 'ACCEPT'} OK`,
    ),
    rows: FAILED.map(({ id }) => ({ srcaddr: id, 'interface-id': `eni-${id}` })),
  },
};

const CELLS = Object.keys(SAMPLES).flatMap((format) =>
  COMPRESSIONS.map((compression) => [format, compression] as const),
);

describe.each(CELLS)('[format: %s × %s]', (format, compression) => {
  const { input, sql, text, rows } = SAMPLES[format]!;
  const plain = Buffer.from(text);
  // In two parts, cut within a record: two members, blocks or frames.
  const middle = plain.length >> 1;
  const stored = STORED[compression]([plain.subarray(0, middle), plain.subarray(middle)]);

  test.each<Compression>(['auto', compression])('said to be %s: the selected rows, in order', async (said) => {
    const { ports, outcome, deadline } = portsOf({}, [], 10_000);
    const info = { ...INFO, size: stored.length };
    // Chunks of no particular size.
    const chunks = Array.from({ length: Math.ceil(stored.length / 97) }, (_, i) => i * 97);
    const store = { ...storeOf(stored, info), read: () => cutAt(stored, chunks) };
    const select = prepare(sql, { input, output: { kind: 'json' } });
    const record = await exportObject(
      planOf([], { select, compression: said }),
      { ...ports, store },
      { ref: info, trigger: 's3', run: 'r', deadline },
    );
    expect(record.error).toBeUndefined();
    expect(outcome.sent).toEqual(rows.map((row) => JSON.stringify(row)));
    expect(record).toMatchObject({
      result: 'done',
      scanned: VISITS.length,
      sent: FAILED.length,
      failed: 0,
      bytesStored: stored.length,
      bytesIn: plain.length,
      position: plain.length,
    });
  });
});
