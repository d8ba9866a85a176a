import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PROJECT } from '../../../local/project.ts';
import { basic, openSession, type Reply, type Session } from '../../support/tdengine/session.ts';

interface Exchange {
  readonly fact?: string;
  readonly as?: 'nobody' | 'stranger' | 'wrong password';
  readonly path?: string;
  readonly sql: string;
  readonly status?: number;
  readonly code?: number;
  readonly desc?: string;
  readonly count?: number;
  readonly columns?: readonly (readonly string[])[];
  readonly rows?: readonly (readonly unknown[])[];
  readonly starts?: readonly (readonly unknown[])[];
  readonly between?: readonly [number, number];
}

interface Recording {
  readonly groups: readonly {
    readonly about: string;
    readonly given?: readonly string[];
    readonly exchanges: readonly Exchange[];
  }[];
}

const recording = JSON.parse(
  readFileSync(path.join(PROJECT, 'test/support/tdengine/exchanges.json'), 'utf8'),
) as Recording;

let session: Session;
beforeAll(async () => {
  session = await openSession();
});
afterAll(() => session.close());

const SIGNED = {
  nobody: null,
  stranger: basic('nobody_of_this_name', 'x'),
  'wrong password': basic('root', 'not-the-password'),
};

/** Long texts that a recording need not hold. */
const LONG = { '{193}': 'x'.repeat(193), '{2 MiB}': ' (1720000000000,1)'.repeat(120_000) };

describe.each(recording.groups)('$about', ({ given = [], exchanges }) => {
  const names = { '{db}': '', '{db_us}': '' };

  const filled = (text: string) =>
    Object.entries({ ...names, ...LONG }).reduce((whole, [mark, value]) => whole.replaceAll(mark, value), text);

  const expected = (exchange: Exchange): Partial<Reply> & { status: number } => ({
    status: exchange.status ?? 200,
    code: exchange.code ?? 0,
    ...(exchange.desc === undefined ? {} : { desc: exchange.desc }),
    ...(exchange.count === undefined ? {} : { data: [[exchange.count]] }),
    ...(exchange.rows === undefined ? {} : { data: JSON.parse(filled(JSON.stringify(exchange.rows))) as unknown[][] }),
  });

  beforeAll(async () => {
    names['{db}'] = session.database();
    names['{db_us}'] = session.database();
    await session.rows(`create database ${names['{db}']} precision 'ms' keep 3650`);
    await session.rows(`create database ${names['{db_us}']} precision 'us'`);
    for (const sql of given) await session.rows(sql, names['{db}']);
  });

  test.each(exchanges.map((exchange) => ({ title: exchange.fact ?? exchange.sql.slice(0, 90), exchange })))(
    '$title',
    async ({ exchange }) => {
      const { as, path: where = '{db}', columns, starts, between } = exchange;
      const reply = await session.ask(filled(exchange.sql), filled(where), as === undefined ? undefined : SIGNED[as]);
      expect(reply).toMatchObject(expected(exchange));
      if (columns !== undefined) expect(reply.column_meta?.map((meta) => meta.slice(0, 2))).toEqual(columns);
      if (starts !== undefined) expect(reply.data?.map((row) => row.slice(0, starts[0]?.length))).toEqual(starts);
      if (between !== undefined) {
        const found = Number(reply.data?.[0]?.[0]);
        expect(found).toBeGreaterThanOrEqual(between[0]);
        expect(found).toBeLessThanOrEqual(between[1]);
      }
    },
  );
});
