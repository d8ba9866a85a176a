import type { RecordFailure } from '../failure/index.ts';
import type { Provenance } from '../kafka/contract.ts';

/** Where failed records go, with all that is needed to mend and replay them. */
export interface DeadLetters {
  put(failures: readonly RecordFailure[], source: Provenance): Promise<void>;
}

/** What every dead letter says, whatever carries it. `length` is of the source record; its raw bytes may be cut at RAW_LIMIT. */
export interface DeadLetterFacts {
  readonly rule: string;
  readonly stage: string;
  readonly bucket: string;
  readonly key: string;
  readonly version: string;
  readonly offset: number;
  readonly length: number;
  readonly code: string;
  readonly reason: string;
}

export function deadLetterFacts(
  names: { readonly rule: string; readonly stage: string },
  failure: RecordFailure,
  source: Provenance,
): DeadLetterFacts {
  const { offset, length, code, reason } = failure;
  return { rule: names.rule, stage: names.stage, ...source, offset, length, code, reason };
}

interface TopicSender {
  sendTo(
    topic: string,
    messages: readonly { key?: Uint8Array; value: Uint8Array | null; headers?: Record<string, string> }[],
  ): Promise<void>;
}

/**
 * Dead letters as Kafka messages: the value is the record's raw bytes, so that a consumer can replay it as it stood;
 * the facts are headers `sluice-…`. The key holds object and offset: a letter sent again lands beside the first one.
 */
export function topicDeadLetters(
  producer: TopicSender,
  topic: string,
  names: { readonly rule: string; readonly stage: string },
): DeadLetters {
  return {
    async put(failures, source) {
      const messages = failures.map((failure) => {
        const facts = deadLetterFacts(names, failure, source);
        const headers = Object.fromEntries(
          Object.entries(facts).map(([name, value]) => [`sluice-${name}`, `${value}`]),
        );
        const key = Buffer.from(`${source.bucket}/${source.key}@${source.version}:${failure.offset}`);
        return { key, value: failure.raw, headers };
      });
      // A letter may be as large as a message may be: one request for each keeps every request under the broker's limit.
      for (const message of messages) await producer.sendTo(topic, [message]);
    },
  };
}
