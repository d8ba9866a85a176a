import type { TopicConsumer } from '../kafka/consumer.ts';
import { type Polled, pollSink } from '../sink/run.ts';
import type { SinkRunRecord } from '../telemetry/sink-run-record.ts';
import { answer, type CliCommand, type Context, lineFor } from './command.ts';
import { Exit } from './exit.ts';
import { problemLines } from './problem.ts';
import { openSinkHere, sinkRule } from './sink/opened.ts';
import { stopsTable } from './sink/stops-text.ts';
import { printable } from './table.ts';
import { count, counted } from './units.ts';

/** What a process did. */
interface Totals {
  batches: number;
  read: number;
  written: number;
  deleted: number;
  repeated: number;
  failed: number;
  discarded: number;
  deadLettered: number;
}

const SUMMED = ['read', 'written', 'deleted', 'repeated', 'failed', 'discarded', 'deadLettered'] as const;

export const run: CliCommand = {
  usage: '<rule>',
  description:
    'Polls the topics of a sink and writes what comes, as its function would: for where functions are not to be had. Ends when nothing came for source.timeoutMs (never: it goes on), at Ctrl-C or SIGTERM once the batch is written, or where onError: retain stands still. Several processes of one rule share its partitions.',
  examples: [
    ['run errors-to-postgres', 'until nothing more comes, or for ever: source.timeoutMs says which'],
    ['run errors-to-postgres --stage local --json', 'for scripts; exit code 1 when a partition stands still'],
  ],
  async run(context, [name = '']) {
    const { bundle, secrets } = await sinkRule(context, name);
    const { rule } = bundle;
    const consumers = new Map<string, TopicConsumer>();
    const instance = await openSinkHere(context, bundle, secrets, consumers);
    const { terminal } = context;
    const totals: Totals = {
      batches: 0,
      read: 0,
      written: 0,
      deleted: 0,
      repeated: 0,
      failed: 0,
      discarded: 0,
      deadLettered: 0,
    };
    const interruption = new AbortController();
    const listen = context.onInterrupt(() => {
      terminal.err('Finishing the batch that is under way …');
      interruption.abort();
    });
    terminal.err(`Polling ${rule.source.topics.join(', ')} …`);
    let polled: Polled;
    try {
      polled = await pollSink(bundle, instance, {
        signal: interruption.signal,
        consumers,
        batch: (record) => {
          add(totals, record);
          for (const { code, reason } of record.incidents) terminal.err(`  ${printable(reason)} (${code})`);
          const behind = record.lag === undefined || record.lag <= 0 ? '' : `, ${count(record.lag)} to come`;
          terminal.draw(`${count(totals.read)} messages, ${count(totals.written)} rows written${behind}`);
        },
        notice: (error) => {
          for (const line of problemLines(error, terminal.errColors, false)) terminal.err(line);
        },
      });
    } finally {
      terminal.draw(undefined);
      listen();
      await instance.close();
    }
    return tell(context, name, polled, totals);
  },
};

function add(totals: Totals, record: SinkRunRecord): void {
  totals.batches++;
  for (const name of SUMMED) totals[name] += record[name];
}

function tell(context: Context, name: string, polled: Polled, totals: Totals): Exit {
  const stops = polled.ended === 'stopped' ? polled.stops : [];
  answer(context, { rule: name, stage: context.stage, ended: polled.ended, ...totals, stops }, () => [
    summary(totals),
    ...(stops.length === 0
      ? []
      : [
          '',
          ...stopsTable(context, stops),
          '',
          `The whole run ended there. When it is mended: ${lineFor(context, `resume ${name}`)}, then ${lineFor(context, `run ${name}`)}`,
        ]),
  ]);
  return polled.ended === 'stopped' ? Exit.UNWELL : Exit.OK;
}

function summary({ read, written, deleted, repeated, failed, discarded, deadLettered }: Totals): string {
  const some = (number: number, what: string) => (number === 0 ? [] : [`${count(number)} ${what}`]);
  return [
    counted(read, 'message'),
    `${counted(written, 'row')} written`,
    ...some(deleted, 'deleted'),
    ...some(repeated, 'there already'),
    ...some(failed, 'bad'),
    ...some(discarded, 'discarded'),
    ...some(deadLettered, 'to the dead letters'),
  ].join(', ');
}
