import type { FileKind } from './data.ts';

export const PEERS = ['sluice', 'csv-parse', 'json-parse', 'duckdb'] as const;
export type Peer = (typeof PEERS)[number];

/** The columns that every query gives, in this order. */
export const SELECTED = ['request_id', 'received', 'method', 'uri', 'status', 'bytes'] as const;

/** What the peers that are written by hand ask of a record's fields. */
export interface Wanted {
  readonly status: number;
  readonly uri: string;
}

export interface Case {
  readonly name: string;
  readonly file: FileKind;
  readonly peers: readonly Peer[];
  readonly sql: { readonly list: string; readonly where: string };
  readonly wanted: Wanted;
  /** How many times as fast Sluice must be. */
  readonly targets: Partial<Record<Peer, number>>;
}

const LIST = SELECTED.map((name) => `s.${name}`).join(', ');
const plain = ({ status, uri }: Wanted) => ({
  list: LIST,
  where: `s.status >= ${status} AND s.uri LIKE '${uri}%'`,
});
const FEW: Wanted = { status: 500, uri: '/api/' };
const ALL: Wanted = { status: 200, uri: '/' };

/** The table of targets, then what has none. */
export const CASES: readonly Case[] = [
  {
    name: 'CSV, 5 %',
    file: 'csv',
    peers: ['sluice', 'csv-parse', 'duckdb'],
    sql: plain(FEW),
    wanted: FEW,
    targets: { 'csv-parse': 14, duckdb: 0.9 },
  },
  {
    name: 'CSV, 100 %',
    file: 'csv',
    peers: ['sluice', 'csv-parse', 'duckdb'],
    sql: plain(ALL),
    wanted: ALL,
    targets: { 'csv-parse': 10, duckdb: 0.8 },
  },
  {
    name: 'CSV.gz, 5 %',
    file: 'csv.gz',
    peers: ['sluice', 'duckdb'],
    sql: plain(FEW),
    wanted: FEW,
    targets: { duckdb: 1.2 },
  },
  {
    name: 'JSON lines, 5 %',
    file: 'jsonl',
    peers: ['sluice', 'json-parse', 'duckdb'],
    sql: plain(FEW),
    wanted: FEW,
    targets: { 'json-parse': 2.2, duckdb: 0.6 },
  },
  { name: 'CSV.gz, 100 %', file: 'csv.gz', peers: ['sluice', 'duckdb'], sql: plain(ALL), wanted: ALL, targets: {} },
  {
    name: 'JSON lines, 100 %',
    file: 'jsonl',
    peers: ['sluice', 'json-parse', 'duckdb'],
    sql: plain(ALL),
    wanted: ALL,
    targets: {},
  },
  {
    name: 'JSON lines.gz, 5 %',
    file: 'jsonl.gz',
    peers: ['sluice', 'duckdb'],
    sql: plain(FEW),
    wanted: FEW,
    targets: {},
  },
  {
    name: 'JSON lines.gz, 100 %',
    file: 'jsonl.gz',
    peers: ['sluice', 'duckdb'],
    sql: plain(ALL),
    wanted: ALL,
    targets: {},
  },
];

/** Ten conjuncts that nearly all that reaches them passes, and a CASE: it must keep a third of the plain query's speed. */
export const TEN_CONJUNCTS: Case = {
  name: 'CSV, ten conjuncts and CASE',
  file: 'csv',
  peers: ['sluice', 'duckdb'],
  sql: {
    list: `s.request_id, CASE WHEN s.status >= 503 THEN 'late' WHEN s.method = 'GET' THEN LOWER(s.cache) ELSE s.method END AS kind, s.uri`,
    where: [
      `s.status >= 500`,
      `s.uri LIKE '/api/%'`,
      `s.method IN ('GET', 'POST')`,
      `CAST(s.bytes AS INT) > 10`,
      `s.host = 'www.example.com'`,
      `s.tls <> 'TLSv1.0'`,
      `s.region LIKE 'eu-%'`,
      `s.cache IN ('Hit', 'Miss')`,
      `CAST(s.duration AS FLOAT) >= 0.5`,
      `s.owner IS NOT NULL`,
    ].join(' AND '),
  },
  wanted: FEW,
  targets: {},
};
export const KEPT_SPEED = 1 / 3;
export const MAX_MEMORY_MB = 150;
