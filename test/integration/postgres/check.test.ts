import { checkPostgres } from '../../../lib/sink/postgres/check.ts';
import { PostgresConnection } from '../../../lib/sink/postgres/connection.ts';
import { namesOf } from '../../../lib/sink/postgres/opened.ts';
import { put, type RuleFields, ruleOf, ScratchSchema, sliceOf, structOf } from '../../support/postgres/schema.ts';
import { describeWith } from '../../support/stack.ts';

describeWith('postgres', 'check', ({ postgres }) => {
  let schema: ScratchSchema;
  beforeEach(async () => {
    schema = new ScratchSchema(postgres.url);
    await schema.create(
      `CREATE TABLE ${schema.name}.t (id int PRIMARY KEY, name text NOT NULL, twice int GENERATED ALWAYS AS (id * 2) STORED)`,
      `CREATE TABLE ${schema.name}.bare (id int)`,
    );
  });
  afterEach(() => schema.drop());

  const checked = async (fields: RuleFields, table = 't') => {
    const target = schema.target(fields, table);
    const probes = await target.check();
    return Object.fromEntries(probes.map((probe) => [probe.name.split(' ')[0] ?? '', probe]));
  };

  test('all is well', async () => {
    await schema.target({ mode: 'mirror' }).apply(sliceOf([put(0, { id: 1, name: 'a' })]));
    const found = await checked({ mode: 'mirror' });
    expect(Object.values(found).map(({ state }) => state)).toEqual(Array(7).fill('ok'));
    expect(found['postgres']!.detail).toMatch(
      /^PostgreSQL \d+.*signed in as sluice.*without TLS; rows are written by ON CONFLICT$/,
    );
  });

  test('changes that wait: usual for a while, then told with what is to be done', async () => {
    const waiting = put(0, { id: 2 }, { unchanged: ['name'], formerKey: structOf({ id: 1 }) });
    await schema.target({ mode: 'mirror' }).apply(sliceOf([waiting]));
    const probeOf = async () => (await checked({ mode: 'mirror' }))['sluice_deferred'];
    expect(await probeOf()).toMatchObject({ state: 'ok', detail: expect.stringContaining('1 change waits') });
    await schema.sql("UPDATE %.sluice_deferred SET deferred_at = now() - interval '20 minutes'");
    expect(await probeOf()).toMatchObject({
      state: 'warning',
      detail: expect.stringContaining('20 minutes'),
      fix: expect.stringContaining('snapshot'),
    });
  });

  test('nothing is made by looking', async () => {
    const found = await checked({ mode: 'mirror' });
    expect(found['sluice_offsets']).toMatchObject({ state: 'ok', detail: 'made at the first message' });
    expect(await schema.sql("SELECT 1 FROM pg_tables WHERE schemaname = '%' AND tablename LIKE 'sluice%'")).toEqual([]);
  });

  test('no table: an error, or made at the first message', async () => {
    expect(await checked({}, 'none')).toMatchObject({ table: { state: 'failed' }, key: { state: 'skipped' } });
    expect(await checked({ createTable: { id: 'int' } }, 'none')).toMatchObject({ table: { state: 'ok' } });
  });

  test('a key without a unique index', async () => {
    const found = await checked({ mode: 'upsert', primaryKey: ['id'] }, 'bare');
    expect(found['key']).toMatchObject({ state: 'failed', fix: expect.stringContaining('CREATE UNIQUE INDEX') });
    expect(await checked({ mode: 'upsert' }, 'bare')).toMatchObject({ key: { state: 'failed' } });
    expect(await checked({ mode: 'mirror' }, 'bare')).toMatchObject({ key: { state: 'warning' } });
  });

  test('columns that are missing, computed, or must be filled', async () => {
    expect(await checked({ columns: { id: 'a', other: 'b', name: 'c' } })).toMatchObject({
      columns: { state: 'failed', detail: 'the table has no "other"' },
    });
    expect(await checked({ columns: { id: 'a', name: 'c', twice: 'b' } })).toMatchObject({
      columns: { state: 'warning' },
    });
    expect(await checked({ columns: { id: 'a' } })).toMatchObject({
      columns: { state: 'failed', detail: 'nothing fills "name", which must have a value' },
    });
  });

  test('rights that the user lacks, each with its GRANT', async () => {
    const guest = `${schema.name}_guest`;
    await schema.sql(`CREATE ROLE ${guest} LOGIN PASSWORD 'guest'`);
    await schema.sql(`GRANT USAGE ON SCHEMA % TO ${guest}`);
    await schema.sql(`GRANT SELECT, INSERT ON %.t TO ${guest}`);
    const endpoint = { ...schema.endpoint, username: guest, password: async () => 'guest' };
    const connection = new PostgresConnection({ endpoint, table: '"t"', applicationName: 'sluice test' });
    const rule = ruleOf(schema.name, { mode: 'mirror' });
    const probes = await checkPostgres({ rule, names: namesOf(rule, 'test'), connection, clock: Date.now });
    await connection.close();
    expect(probes.filter(({ state }) => state === 'failed')).toMatchObject([
      { name: 'rights on the table', fix: `GRANT UPDATE, DELETE ON "${schema.name}"."t" TO "${guest}";` },
      { name: 'sluice_offsets', fix: expect.stringContaining(`GRANT CREATE ON SCHEMA "${schema.name}" TO "${guest}"`) },
    ]);
    await schema.sql(`DROP OWNED BY ${guest}`);
    await schema.sql(`DROP ROLE ${guest}`);
  });

  test('a server that is not there: told once, the rest is not judged', async () => {
    const endpoint = { ...schema.endpoint, port: 1 };
    const connection = new PostgresConnection({ endpoint, table: '"t"', applicationName: 'sluice test' });
    const rule = ruleOf(schema.name, {});
    const probes = await checkPostgres({ rule, names: namesOf(rule, 'test'), connection, clock: Date.now });
    expect(probes.map(({ state }) => state)).toEqual(['failed', 'skipped', 'skipped', 'skipped', 'skipped', 'skipped']);
  });
});
