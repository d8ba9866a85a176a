import { SluiceError } from '../failure/index.ts';
import type { Stop } from './contract.ts';

/** What a stop is to whoever called: nothing from there on may count as consumed. */
export function stoppedError({ topic, partition, offset, code, reason, fix }: Stop, rule: string): SluiceError {
  return new SluiceError(
    'PartitionStopped',
    `partition ${partition} of ${topic} stands still at message ${offset}: ${reason} (${code})`,
    {
      stage: 'sink',
      context: { rule, topic, partition, messageOffset: String(offset) },
      fix: `${fix === undefined ? 'Mend the message’s cause or the rule' : fix.replace(/\.$/, '')}; then: sluice resume ${rule}. To leave this one message out: sluice resume ${rule} --skip. To go past all bad messages, write onError: discard or deadLetter.`,
    },
  );
}
