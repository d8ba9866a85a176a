import type { CompressionTypes, Message, Producer } from 'kafkajs';
import { type Destination, toError } from './finding.ts';

/** A producer, or one of its transactions. */
export type Sender = Pick<Producer, 'send'>;

export interface Request {
  readonly topic: string;
  readonly compression: CompressionTypes;
  /** The partitions that the request is for. */
  readonly partitions: readonly number[];
  /** The messages of some of them. */
  readonly messages: (partitions: ReadonlySet<number>) => Message[];
}

/** How often partitions that were left out are sent again before the call fails. */
const RESENDS = 3;

/**
 * Sends a request and sees to it that every partition was acknowledged. kafkajs resolves without an error when it left
 * partitions out: those whose leader moved, between two of its attempts, to a broker that had already answered, and those
 * that the topic no longer has. Sending them again is safe: they keep their sequence numbers.
 * Throws kafkajs's errors, and SluiceError (`NotAcknowledged`).
 */
export async function dispatch(sender: Sender, request: Request, destination: Destination): Promise<void> {
  let missing = new Set(request.partitions);
  for (let sent = 0; missing.size > 0; sent++) {
    if (sent > RESENDS) {
      throw toError(
        {
          code: 'NotAcknowledged',
          message: `no broker answered for partition ${[...missing].join(', ')} of the topic "${request.topic}"`,
          fix: 'If it stays so, look whether the topic was made anew with fewer partitions: kafka-topics.sh --describe.',
          retryable: true,
        },
        destination,
      );
    }
    const { topic, compression } = request;
    const answers = await sender.send({ topic, compression, acks: -1, messages: request.messages(missing) });
    const answered = new Set(answers.map(({ partition }) => partition));
    missing = new Set([...missing].filter((partition) => !answered.has(partition)));
  }
}
