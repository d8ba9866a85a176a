import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { loadProject } from '../../../lib/rule/disk.ts';
import { resolveSink, type SinkRule } from '../../../lib/rule/index.ts';
import type { RuleBundle } from '../../../lib/rule/schema.ts';
import { createSecretStore, fetchSecret } from '../../../lib/secret/index.ts';
import { handleSink } from '../../../lib/sink/handle.ts';
import { openSink, type SinkInstance } from '../../../lib/sink/instance.ts';
import { openTarget } from '../../../lib/sink/open-target.ts';
import type { SinkRunRecord } from '../../../lib/telemetry/sink-run-record.ts';
import { projectOf, sluice } from '../cli-fakes.ts';
import { ScratchSchema } from './schema.ts';

/** Fields of the rule's file beside its name, source and target. */
export type RuleText = Readonly<Record<string, unknown>>;

/** A rule whose topic and table are real: as a process through the CLI, or called as AWS calls its function. */
export class PostgresSinkScene {
  readonly schema: ScratchSchema;
  readonly name = `sink-${randomUUID().slice(0, 8)}`;
  /** What the function told of its runs. */
  readonly runs: SinkRunRecord[] = [];
  readonly #brokers: readonly string[];
  readonly #topic: string;
  readonly #env: Record<string, string>;
  #root = '';
  #instance: SinkInstance | undefined;

  constructor({
    brokers,
    topic,
    url,
  }: { readonly brokers: readonly string[]; readonly topic: string; readonly url: string }) {
    this.#brokers = brokers;
    this.#topic = topic;
    this.schema = new ScratchSchema(url);
    const { username, password } = new URL(url);
    this.#env = { POSTGRES_SECRET: JSON.stringify({ username, password }) };
  }

  /** Makes the table, whose columns are these, and the rule. */
  async open(columns: string, rule: RuleText): Promise<void> {
    await this.schema.create(`CREATE TABLE ${this.schema.name}.t (${columns})`);
    const { host, port, database } = this.schema.endpoint;
    const connections = {
      kafka: { main: { brokers: this.#brokers } },
      postgres: { warehouse: { host, port, database, secret: 'env:POSTGRES_SECRET' } },
    };
    // JSON is YAML.
    this.#root = await projectOf({ 'connections.yml': JSON.stringify(connections) });
    await this.deploy(rule);
  }

  /** The rule as it is from now on. What ran until then is gone, as it is after a deployment. */
  async deploy(rule: RuleText): Promise<void> {
    await this.#instance?.close();
    this.#instance = undefined;
    const file = {
      kind: 'postgres-sink',
      name: this.name,
      source: { connection: 'main', topics: [this.#topic], timeoutMs: 300, maxWaitMs: 50 },
      target: { connection: 'warehouse', schema: this.schema.name, table: 't' },
      ...rule,
    };
    await writeFile(path.join(this.#root, 'rules', `${this.name}.yml`), JSON.stringify(file));
  }

  /** A command about the rule; what it answers as JSON beside its exit code. */
  async sluice(command: string, ...rest: readonly string[]) {
    const { code, out, err } = await this.told(command, ...rest, '--json');
    return { code, err, said: JSON.parse(out) };
  }

  /** The same as a person reads it. */
  told(command: string, ...rest: readonly string[]) {
    const line = [command, this.name, ...rest, '--stage', 'local'];
    return sluice(line, { cwd: this.#root, env: this.#env, clock: Date.now });
  }

  /** Calls the function with an event or a command. */
  readonly invoke = async (event: object): Promise<unknown> => {
    const bundle = await this.bundle();
    const secrets = createSecretStore({ fetch: fetchSecret({ env: this.#env }), clock: Date.now });
    this.#instance ??= await openSink(bundle, { secrets, clock: Date.now, open: openTarget });
    const instance = this.#instance;
    return handleSink(event, {
      bundle,
      journal: { run: (record) => this.runs.push(record), note: () => undefined },
      clock: Date.now,
      requestId: randomUUID(),
      deadline: Date.now() + 60_000,
      instance: async () => instance,
      check: async () => [],
    });
  };

  async bundle(): Promise<RuleBundle<SinkRule>> {
    return resolveSink(await loadProject(this.#root, this.#env), this.name, 'local').bundle;
  }

  /** The ids in the table, in order, and how many rows there are: a row that is there twice shows. */
  async ids(): Promise<readonly number[]> {
    const rows = await this.schema.sql<{ id: number }>('SELECT id FROM %.t ORDER BY id');
    return rows.map(({ id }) => id);
  }

  async close(): Promise<void> {
    await this.#instance?.close();
    await this.schema.drop();
  }
}
