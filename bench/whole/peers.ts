/** The same job as one would write it with well-known packages. */
import { createReadStream } from 'node:fs';
import { crc32 } from 'node:zlib';
import { parse } from 'csv-parse';
import kafkajs, { type Message, type Producer } from 'kafkajs';
import { CALL, type Job, type Rows } from './job.ts';
import { kafkaOf, selectOf } from './ours.ts';

type Row = Readonly<Record<'request_id' | 'status' | 'uri', string>>;

/** csv-parse as a stream, a filter, and JSON.stringify. */
async function* selected({ file, least }: Job): AsyncGenerator<string> {
  const rows = createReadStream(file, { highWaterMark: 1024 * 1024 }).pipe(parse({ columns: true }));
  for await (const { request_id, status, uri } of rows as AsyncIterable<Row>) {
    if (Number(status) >= least) yield JSON.stringify({ request_id, status: Number(status), uri });
  }
}

export async function csvParse(job: Job): Promise<Rows> {
  let count = 0;
  let sum = 0;
  for await (const value of selected(job)) {
    count++;
    sum = crc32(value, sum);
  }
  return { count, sum };
}

/** The same, sent by kafkajs. */
export async function csvParseToKafka(job: Job): Promise<undefined> {
  const { producer, send } = await connected(job);
  let messages: Message[] = [];
  for await (const value of selected(job)) {
    messages.push({ value });
    if (messages.length < CALL) continue;
    await send(messages);
    messages = [];
  }
  if (messages.length > 0) await send(messages);
  await producer.disconnect();
}

/** kafkajs alone: values that were there before the clock starts. The engine makes them, since nothing else is asked here. */
export async function kafkaLoop(job: Job): Promise<() => Promise<undefined>> {
  const calls: Message[][] = [[]];
  for await (const { count, values } of selectOf(job).run(createReadStream(job.file, { highWaterMark: 1024 * 1024 }))) {
    for (let row = 0, from = 0; row < count; row++) {
      if (calls.at(-1)?.length === CALL) calls.push([]);
      const to = values.ends[row] ?? 0;
      calls.at(-1)?.push({ value: Buffer.from(values.bytes.slice(from, to)) });
      from = to;
    }
  }
  return async () => {
    const { producer, send } = await connected(job);
    for (const messages of calls) await send(messages);
    await producer.disconnect();
    return undefined;
  };
}

async function connected(
  job: Job,
): Promise<{ readonly producer: Producer; readonly send: (messages: Message[]) => Promise<unknown> }> {
  const { brokers, topic, compression } = kafkaOf(job);
  const client = new kafkajs.Kafka({ brokers: [...brokers], clientId: 'bench', logLevel: kafkajs.logLevel.NOTHING });
  const producer = client.producer({
    allowAutoTopicCreation: false,
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  const { None, GZIP } = kafkajs.CompressionTypes;
  const codec = compression === 'gzip' ? GZIP : None;
  return { producer, send: (messages) => producer.send({ topic, acks: -1, compression: codec, messages }) };
}
