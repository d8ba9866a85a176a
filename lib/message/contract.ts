import type { RecordFailure } from '../failure/index.ts';
import type { Struct, Value } from '../select/values/value.ts';
import type { BinaryMode, DecimalMode } from './options.ts';

/** One Kafka message as it came. */
export interface Message {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly key: Uint8Array | null;
  /** Null: a tombstone. */
  readonly value: Uint8Array | null;
  readonly headers: readonly MessageHeader[];
}

export interface MessageHeader {
  readonly name: string;
  readonly value: Uint8Array;
}

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** Messages of one partition, in ascending order of offset. Offsets may be missing in between: compaction, and the marks of transactions. */
export interface MessageBatch extends TopicPartition {
  readonly messages: readonly Message[];
}

/**
 * Fields in their order. `names` is the same array for rows of one shape that follow each other, so that whoever maps
 * names to columns need do it only when the array is another one. Names do not come twice.
 */
export type Row = Struct;

/** The type that an event's own schema gives a field: what a table is made or widened from. */
export interface FieldSchema {
  readonly name: string;
  /** Of Kafka Connect: `int32`, `string`, `bytes`, `struct`, `array`, … */
  readonly type: string;
  /** The logical type: `org.apache.kafka.connect.data.Decimal`, `io.debezium.time.MicroTimestamp`, … */
  readonly logical?: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly optional: boolean;
  /** The column's default, as the connector writes it. Its JSON converter may write it in the place of NULL. */
  readonly default?: Value;
  /** Of an array. */
  readonly items?: FieldSchema;
}

/**
 * What is known of values that came without a schema: they stand as the connector wrote them, days for a date and base64
 * for a decimal, and `debezium/decode.ts` makes of them what a column's type asks for.
 */
export interface Wire {
  /** `postgresql`, `mysql`, … where the event says so. */
  readonly connector?: string;
  readonly binary: BinaryMode;
  readonly decimals: DecimalMode;
}

/** Orders the changes of one source: the greater came later. Compared number by number; a shorter one that is equal so far is the smaller. */
export type ChangeOrder = readonly bigint[];

/** What a message says of its table: one row as it is now. Messages that are no changes give only this. */
export interface Put {
  readonly kind: 'put';
  readonly row: Row;
  /** Fields that the event leaves out because they did not change: the old value stays. They are not in `row`. */
  readonly unchanged: readonly string[];
  /**
   * Fields that are null in `row` and may as well not have changed: numerics of many digits, for which the connector has no
   * mark. Only a look at the old value can tell, and only by its size.
   */
  readonly uncertain?: readonly string[];
  /** The fields of the primary key, where the message tells them. */
  readonly key?: Row;
  /** The key that the row had before this change gave it another. */
  readonly formerKey?: Row;
  /** All fields as they were before an update, of a table without primary key: what finds the row. */
  readonly before?: Row;
  /** Read from the table, not told by a change: with all of its rows when the connector began, or some because somebody asked. */
  readonly snapshot?: 'whole' | 'incremental';
  readonly order?: ChangeOrder;
  /** Present: the values are decoded. The fields as they came; those that steps changed are not in it. */
  readonly schema?: readonly FieldSchema[];
  /** Present: the values are as the connector wrote them. */
  readonly wire?: Wire;
}

export interface Remove {
  readonly kind: 'remove';
  /** The fields of the primary key; where the table has none, all fields that the event tells. */
  readonly key: Row;
  /** The row goes on under this key: the `put` of it follows, perhaps in another partition. */
  readonly laterKey?: Row;
  readonly order?: ChangeOrder;
  readonly wire?: Wire;
}

export interface Truncate {
  readonly kind: 'truncate';
  readonly order?: ChangeOrder;
}

/** One change, and which message it came in; `index` counts the changes of one message from 0. */
export type Change = (Put | Remove | Truncate) & { readonly message: Message; readonly index: number };

/** A message that gives nothing usable: none of its rows goes on. */
export interface MessageFailure extends Pick<RecordFailure, 'code' | 'reason'> {
  readonly message: Message;
  /** The step or stage that failed: `parse`, `steps.2 regex`, `columns.service`. */
  readonly at: string;
  /** Where in the message's value, in bytes. */
  readonly position?: number;
  /** The next step for whoever reads this. */
  readonly fix?: string;
}

/** Nothing failed, and an operator should still hear of it: a column renamed upstream, a NULL that cannot be told from a default. */
export interface Notice {
  readonly message: Message;
  readonly code: string;
  readonly text: string;
  readonly fix?: string;
}

/** What a batch of messages came to, in the order of the messages. Every message is in exactly one place, or was filtered out or ignored. */
export interface Changes {
  readonly changes: readonly Change[];
  readonly failures: readonly MessageFailure[];
  /** How many rows a filter left out. */
  readonly filtered: number;
  /** How many messages say nothing of a row: tombstones behind a delete, messages of the application, DDL. */
  readonly ignored?: number;
  readonly notices?: readonly Notice[];
}

/** One stage of a preview: the rows as they are after it. */
export interface Stage {
  /** `parsed`, `steps.1 split`, … */
  readonly name: string;
  readonly rows: readonly Row[];
}

/** What looks wrong in a step, in how many of the rows that it saw. Those of several messages are added up before they are told. */
export interface Warning {
  /** `steps.1 filter` */
  readonly at: string;
  /** `the filter compares text with a number` */
  readonly what: string;
  readonly rows: number;
  readonly of: number;
}

/** A rule's message part, ready to run. Pure. */
export interface MessagePipeline {
  run(messages: readonly Message[]): Changes;
  /** One message through every stage, with what went wrong and what looks wrong (a filter that compares text with a number). */
  trace(message: Message): {
    readonly stages: readonly Stage[];
    readonly failure?: MessageFailure;
    readonly changes: readonly Change[];
    readonly warnings: readonly Warning[];
    readonly notices: readonly Notice[];
  };
}

export type { Struct, Value };
