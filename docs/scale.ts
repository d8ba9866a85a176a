/**
 * What a rule takes at scale: a model small enough to check by hand. Each figure under MEASURED was seen on one core of
 * the test machine (Node 20, CSV of 310 bytes a row, broker on the other core); those under GIVEN are what AWS publishes
 * for us-east-1 or what is known of it, and were not measured here.
 */

const MEASURED = {
  /** Decompressed CSV through the select by one core, at 5 % match, in bytes a second: plain, and unpacking gzip too. */
  selectPlain: 700e6,
  selectGzip: 320e6,
  /** Records a second that one run delivers exactly once, 250 bytes each, into 6 partitions. */
  delivered: 150_000,
  /** One small object from claim to done, in seconds of one run. */
  smallObject: 0.1,
  /** Most memory that a run held with any object of CSV or JSON lines, in MB. */
  memory: 171,
  /** Heap of the broker that an object costs with `ledger: kafka`, and a started instance with `ledger: dynamodb`, in bytes. */
  brokerState: 2_100,
  /** Writes of the ledger for an object, beside one for each batch. */
  ledgerWrites: 2,
};

const GIVEN = {
  /** What one function reads from S3 over its network, in bytes a second. */
  network: 75e6,
  /** Memory at which a function has one whole core, in MB. */
  coreMemory: 1_769,
  gbSecond: 0.0000166667,
  millionInvocations: 0.2,
  millionLedgerWrites: 0.625,
  millionReads: 0.4,
  /** For how long the broker keeps what an idle group and transactional id hold. */
  retentionDays: 7,
  /** How long AWS keeps an idle instance, about, in seconds: as often an hour an instance is made anew. */
  instanceLife: 2 * 3600,
};

const RECORD_BYTES = 310;
const MATCH = 0.05;
const PACKING = 6;
/** Of one batch, in bytes of source: see EXACT_BATCH. */
const BATCH_BYTES = 32 * 2 ** 20;
const DAY = 86_400;

export interface Workload {
  readonly name: string;
  /** Objects a day, and the stored bytes of each. */
  readonly objects: number;
  readonly bytes: number;
  readonly gzip: boolean;
}

export interface Need {
  /** Seconds that one object takes. */
  readonly seconds: number;
  readonly limit: 'network' | 'select' | 'delivery' | 'object';
  /** Functions at once, on the average. */
  readonly concurrency: number;
  readonly ledgerWrites: number;
  /** Bytes of broker heap after a week. */
  readonly brokerByObject: number;
  readonly brokerByInstance: number;
  readonly dollars: { readonly lambda: number; readonly ledger: number; readonly reads: number };
  /** Records a second that reach Kafka. */
  readonly records: number;
}

export function need({ objects, bytes, gzip }: Workload): Need {
  const text = bytes * (gzip ? PACKING : 1);
  const delivered = (text / RECORD_BYTES) * MATCH;
  const ways = {
    network: bytes / GIVEN.network,
    select: text / (gzip ? MEASURED.selectGzip : MEASURED.selectPlain),
    delivery: delivered / MEASURED.delivered,
  };
  const [limit, longest] = Object.entries(ways).sort(([, a], [, b]) => b - a)[0] as ['network', number];
  const seconds = MEASURED.smallObject + longest;
  const batches = Math.ceil(text / BATCH_BYTES);
  const ledgerWrites = objects * (MEASURED.ledgerWrites + batches);
  const concurrency = (objects * seconds) / DAY;
  const instances = Math.ceil(concurrency) * ((GIVEN.retentionDays * DAY) / GIVEN.instanceLife);
  return {
    seconds,
    limit: longest < MEASURED.smallObject ? 'object' : limit,
    concurrency,
    ledgerWrites,
    brokerByObject: objects * GIVEN.retentionDays * MEASURED.brokerState,
    brokerByInstance: instances * MEASURED.brokerState,
    dollars: {
      lambda:
        objects * seconds * (GIVEN.coreMemory / 1024) * GIVEN.gbSecond + (objects / 1e6) * GIVEN.millionInvocations,
      ledger: (ledgerWrites / 1e6) * GIVEN.millionLedgerWrites,
      reads: ((objects * Math.max(1, bytes / (8 * 2 ** 20))) / 1e6) * GIVEN.millionReads,
    },
    records: (objects * delivered) / DAY,
  };
}

const WORKLOADS: readonly Workload[] = [
  { name: '1 TB a day, plain, 100 MB each', objects: 10_000, bytes: 100e6, gzip: false },
  { name: '1 TB a day, gzip, 100 MB each', objects: 10_000, bytes: 100e6, gzip: true },
  { name: '1 million objects a day of 100 kB, gzip', objects: 1e6, bytes: 100e3, gzip: true },
  { name: '1 GB/s, plain, 100 MB each', objects: 10 * DAY, bytes: 100e6, gzip: false },
];

export function scale(): string {
  const count = (value: number) => Math.round(value).toLocaleString('en-US');
  const money = (value: number) => `$${value < 10 ? value.toFixed(2) : count(value)}`;
  const heap = (value: number) => (value < 1e9 ? `${count(value / 1e6)} MB` : `${(value / 1e9).toFixed(1)} GB`);
  const rows = WORKLOADS.map((workload) => {
    const { seconds, limit, concurrency, ledgerWrites, dollars, records, ...state } = need(workload);
    return [
      workload.name,
      `${seconds.toFixed(1)} s`,
      limit,
      concurrency < 10 ? concurrency.toFixed(1) : count(concurrency),
      `${count(records)}/s`,
      count(ledgerWrites),
      heap(state.brokerByInstance),
      heap(state.brokerByObject),
      money(dollars.lambda),
      money(dollars.ledger),
      money(dollars.reads),
    ];
  });
  const titles = [
    'a rule that takes',
    'one object',
    'bound by',
    'functions at once',
    'records out',
    'ledger writes a day',
    'broker heap, `dynamodb`',
    'broker heap, `kafka`',
    'Lambda a day',
    'ledger a day',
    'S3 reads a day',
  ];
  const table = aligned([titles, ...rows]);
  const gigabyte = need(WORKLOADS[3] as Workload);
  const { selectPlain, selectGzip, delivered, smallObject, memory, brokerState } = MEASURED;
  return `# What it takes at scale

Computed by [scale.ts](scale.ts) from measured figures; \`node docs/generate.mjs\` writes this page. Exactly once, no
rate, CSV of ${RECORD_BYTES} bytes a row of which ${MATCH * 100} % match, gzip packing ${PACKING} to 1.

${table}

- **Measured**, on one core of a small machine: the select takes ${selectPlain / 1e6} MB/s of plain CSV and ${selectGzip / 1e6} MB/s
  out of gzip; a run delivers ${count(delivered)} records/s of 250 bytes exactly once; an object has a fixed cost of ${smallObject} s; no
  object of CSV or JSON lines made a run hold more than ${memory} MB; a transactional id with its group is about
  ${brokerState / 1000} KB of the broker's heap, kept for ${GIVEN.retentionDays} days.
- **Not measured**: AWS. A function is taken to read ${GIVEN.network / 1e6} MB/s from S3 and to have one core at ${count(GIVEN.coreMemory)} MB of
  memory; prices are the published ones of us-east-1 ($${GIVEN.gbSecond}/GB-s, $${GIVEN.millionLedgerWrites} a million writes,
  $${GIVEN.millionReads} a million GETs). Kafka's own cost is not in here.
- **Memory** does not grow with the object: 512 MB are enough. More buys CPU, and at few matches only the network
  uses it: with plain objects 1,024 MB, the default, are rarely slower than ${count(GIVEN.coreMemory)}.
- **\`ledger: kafka\`** costs the broker a group for each object: with a million objects a day only a broker of one's own
  bears it, and \`dedupe: 1d\` lets the sweep give most of it back. \`ledger: dynamodb\` costs it one for each started
  instance.
- **A crash between two transactions** delays no reader. One in the middle of a transaction holds back whoever reads
  what is committed, in the partitions that it wrote to, until the object is taken over or the transaction times out
  (60 s).
- **At least once** is the better choice where readers deduplicate anyway, where the broker is older than 4.0, or where
  objects are tiny and many: it saves the ledger's writes and the transactions, most of the ${smallObject} s.
- **1 GB/s** is 600 invocations a minute, and functions at once that come and go with the objects: leave room above the
  average, within the account's concurrency (1,000 by default). Into Kafka it is ${count(gigabyte.records)} records/s, some
  ${count((gigabyte.records * 250) / 1e6)} MB/s: count partitions and brokers for that.
`;
}

/** As the formatter would have it. */
function aligned([titles = [], ...rows]: readonly (readonly string[])[]): string {
  const widths = titles.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]) => `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  return [line(titles), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
