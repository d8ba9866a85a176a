import type { RecordSender, TransactionalChannel } from './contract.ts';

/** The order inside a transaction. The offset goes last but one, so that a transaction with it holds all of its records. */
const ORDER = ['begin', 'send', 'offsets', 'commit'] as const;
export type TransactionStep = (typeof ORDER)[number];

export const FIRST_STEP: TransactionStep = ORDER[0];

/** Undefined after the last. */
export function following(step: TransactionStep): TransactionStep | undefined {
  return ORDER[ORDER.indexOf(step) + 1];
}

/** What a step of a transaction asks of the channel. */
export type TransactionRequest =
  | { readonly kind: 'begin' | 'send' | 'commit' }
  | { readonly kind: 'offsets'; readonly offset: number; readonly metadata: string };

export async function transact(
  channel: TransactionalChannel,
  request: TransactionRequest,
  send: (sender: RecordSender) => Promise<void>,
): Promise<void> {
  switch (request.kind) {
    case 'begin':
      return channel.begin();
    case 'send':
      return send(channel);
    case 'offsets':
      return channel.sendOffsets(request.offset, request.metadata);
    case 'commit':
      return channel.commit();
  }
}
