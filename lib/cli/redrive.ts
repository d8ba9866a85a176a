import type { ParkedEvent } from '../ledger/parked.ts';
import { failedQueueName } from '../rule/deployment/names.ts';
import { exportEvent } from '../trigger/index.ts';
import { answer, type CliCommand, lineFor } from './command.ts';
import { confirm } from './confirm.ts';
import { Exit, refused } from './exit.ts';
import { exportRule } from './export-rule.ts';
import { ledgerTableOf } from './stack-name.ts';
import { parkedTable } from './standstill-text.ts';
import { count, counted } from './units.ts';

interface RedriveOptions {
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly again?: boolean;
}

/** Parked events that are shown before the question. */
const SHOWN = 50;

export const redrive: CliCommand<RedriveOptions> = {
  usage: '<rule>',
  description:
    'Puts parked events (those that failed for 13 days, or that the ledger could not judge) back into the queue that the function takes failed events from. Mend what they failed for first. Safe to interrupt: an event is put back before it leaves the park.',
  options: [
    ['-y, --yes', 'do not ask'],
    ['--dry-run', 'only list them'],
    ['--again', 'export their objects from the first byte, although they may be in Kafka already'],
  ],
  examples: [
    ['redrive errors-to-kafka', 'lists what is parked, and asks'],
    ['redrive errors-to-kafka --yes', 'from a script'],
  ],
  async run(context, [name = ''], { yes, dryRun, again }) {
    const { bundle, secrets } = await exportRule(context, name);
    const standstill = await context.aws.standstill(bundle, secrets, await ledgerTableOf(context));
    try {
      const { parked } = standstill;
      const found: ParkedEvent[] = [];
      for await (const each of parked.list()) found.push(each);
      if (found.length === 0 || dryRun === true) {
        const events = found.map(({ object, reason, since }) => ({ object, reason, since }));
        answer(context, { rule: name, stage: context.stage, parked: events }, () =>
          found.length === 0 ? 'No event is parked.' : parkedTable(context, found),
        );
        return Exit.OK;
      }
      for (const line of parkedTable(context, found.slice(0, SHOWN))) context.terminal.err(line);
      if (found.length > SHOWN) context.terminal.err(`and ${count(found.length - SHOWN)} more`);
      await confirm(context, `Put ${counted(found.length, 'event')} back?`, yes);
      const queue = failedQueueName(name, context.stage);
      const queues = await context.aws.queues();
      const interruption = new AbortController();
      const listen = context.onInterrupt(() => interruption.abort());
      let redriven = 0;
      try {
        for (const each of found) {
          if (interruption.signal.aborted) break;
          // In this order: an event that is there twice is exported once, one that is nowhere never.
          await queues.send(queue, again === true ? anew(each) : each.event);
          await parked.remove(each);
          redriven++;
        }
      } finally {
        listen();
      }
      const left = found.length - redriven;
      answer(context, { rule: name, stage: context.stage, redriven, left }, () => [
        `${counted(redriven, 'event')} put back: the function takes them from ${queue}. See them run: ${lineFor(context, `logs ${name} --follow`)}`,
        ...(left > 0
          ? [`Interrupted; ${count(left)} are still parked. To go on: ${lineFor(context, `redrive ${name}`)}`]
          : []),
      ]);
      return left === 0 ? Exit.OK : Exit.UNWELL;
    } finally {
      standstill.close();
    }
  },
};

function anew({ object, reason }: ParkedEvent): string {
  if (object !== undefined) return JSON.stringify(exportEvent(object, { again: true }));
  throw refused(
    `an event names no object to export anew (${reason.code})`,
    'Leave --again out: the events go back as they came.',
  );
}
