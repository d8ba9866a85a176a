/**
 * `npm run torture`: kills, pauses and overtakes runs of the real export, and counts every record afterwards.
 *
 *     npm run torture -- [--kills 300] [--ledger kafka|dynamodb] [--seed 1] [--at-once 4]
 */
import { parseArgs } from 'node:util';
import { Stack, StackFailure } from '../../local/stack.ts';
import { campaign } from './campaign.ts';
import { Exporter } from './exporter.ts';
import { Ground } from './ground.ts';
import { LEDGERS, type LedgerKind } from './points.ts';
import { report } from './report.ts';

const OPTIONS = {
  kills: { type: 'string', default: '300' },
  ledger: { type: 'string' },
  seed: { type: 'string', default: '1' },
  'at-once': { type: 'string', default: '4' },
} as const;

async function main(): Promise<number> {
  const { values } = parseArgs({ options: OPTIONS });
  const kills = Number(values.kills);
  const ledgers = LEDGERS.filter((ledger) => values.ledger === undefined || values.ledger === ledger);
  const stack = new Stack();
  const { endpoints, started } = await stack.up(['kafka', 'aws'], (text, part) =>
    process.stderr.write(`${part ?? 'stack'} ${text}\n`),
  );
  const exporter = await Exporter.open();
  let failed = 0;
  try {
    for (const ledger of ledgers) if (!(await torture(ledger))) failed++;
  } finally {
    await exporter.close();
    // What was up before stays up.
    if (started.length > 0) await stack.down(started);
  }
  return failed === 0 ? 0 : 1;

  async function torture(ledger: LedgerKind): Promise<boolean> {
    const ground = new Ground({ brokers: endpoints.kafka!.brokers, aws: endpoints.aws! });
    await ground.open();
    try {
      const began = performance.now();
      const atOnce = Number(values['at-once']);
      const seed = Number(values.seed);
      const outcome = await campaign({ exporter, ground, ledger, seed, kills, pauses: 1, atOnce, progress });
      const { text, problem } = report(outcome, leastOf(kills));
      console.log(
        `${text}\n${((performance.now() - began) / 1000).toFixed(0)} s\n${problem ?? 'nothing lost, nothing doubled'}`,
      );
      return problem === undefined;
    } finally {
      await ground.close();
    }
  }
}

function progress(met: number, planned: number): void {
  if (met > 0 && met % 25 === 0) process.stderr.write(`${met} of ${planned} faults\n`);
}

/** How often each point is to be hit at least: 8 times in 300 kills. */
const leastOf = (kills: number) => Math.max(1, Math.floor((kills * 8) / 300));

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.exitCode = 2;
    console.error(error instanceof StackFailure ? `${error.message}\n${error.fix}` : error);
  },
);
