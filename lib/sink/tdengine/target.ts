import type { Row } from '../../message/contract.ts';
import type { TdengineConnection } from '../../rule/schema/connections.ts';
import type { TdengineSinkRule } from '../../rule/schema/tdengine-sink.ts';
import type { Target, TargetPorts } from '../contract.ts';
import { TableCatalog } from './catalog.ts';
import { checkTdengine } from './check.ts';
import { resolveTdengine } from './endpoint.ts';
import { previewStatements } from './preview.ts';
import { createRestClient, type RestOptions } from './rest.ts';
import { RowWriter } from './writer.ts';

export interface TdengineTargetOptions {
  readonly rule: TdengineSinkRule;
  readonly connection: TdengineConnection;
  /** The rows that `message.sample` comes to, for `create.infer`. */
  readonly sample?: readonly Row[];
  /** Statements under way at once for one slice: each holds up to 1 MiB. Default: 4. */
  readonly parallel?: number;
  readonly rest?: RestOptions;
}

/** Rows into a super table of TDengine over REST. It keeps no offsets and no stops: writing a row again changes nothing. */
export function createTdengineTarget(options: TdengineTargetOptions, ports: TargetPorts): Target {
  const { rule, connection, sample = [], parallel = 4, rest } = options;
  let opening: Promise<Open> | undefined;

  /** Secrets are asked for when they are needed, and again after that failed. */
  function open(): Promise<Open> {
    opening ??= connect().catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  }

  async function connect() {
    const endpoint = await resolveTdengine(connection, ports.secrets);
    const client = createRestClient(endpoint, rest);
    const catalog = new TableCatalog(client, { rule, sample, clock: ports.clock });
    return { client, catalog, writer: new RowWriter(client, catalog, { rule, parallel }) };
  }
  type Open = Awaited<ReturnType<typeof connect>>;

  return {
    apply: async (slice) => (await open()).writer.apply(slice),
    position: async () => undefined,
    forget: async () => 0,
    statements: async (changes) => previewStatements((await open()).catalog, changes),
    check: () => checkTdengine({ open, rule, origin: connection.url, clock: ports.clock }),
    async close() {
      const client = await opening?.then(
        (opened) => opened.client,
        () => undefined,
      );
      client?.close();
    },
  };
}
