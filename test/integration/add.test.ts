/** What `sluice add` lists: the topics, schemas, tables and keys that real servers have. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';
import { openAdmin } from '../../lib/kafka/admin.ts';
import { projectOf, removeProjects, sluice } from '../support/cli-fakes.ts';
import { plaintext } from '../support/kafka.ts';
import { ScratchSchema } from '../support/postgres/schema.ts';
import { describeWith } from '../support/stack.ts';
import { openSession, type Session } from '../support/tdengine/session.ts';

afterAll(removeProjects);

describeWith(['kafka', 'postgres'], 'sluice add', (endpoints) => {
  const kafka = plaintext(endpoints.kafka.brokers);
  const schema = new ScratchSchema(endpoints.postgres.url);
  const topic = `add-${Date.now().toString(36)}`;
  let session: Session;
  let database: string;

  beforeAll(async () => {
    const admin = await openAdmin(kafka);
    await admin.createTopic(topic, 1);
    await admin.close();
    await schema.create('CREATE TABLE %.shipped (id int, region text, at timestamptz, PRIMARY KEY (region, id))');
    session = await openSession();
    database = session.database();
    await session.rows(`CREATE DATABASE \`${database}\``);
    await session.rows(
      'CREATE STABLE `meters` (`ts` TIMESTAMP, `volts` DOUBLE) TAGS (`id` BIGINT, `place` VARCHAR(20))',
      database,
    );
  });

  afterAll(async () => {
    await schema.drop();
    await session.close();
    const admin = await openAdmin(kafka);
    await admin.deleteTopic(topic);
    await admin.close();
  });

  /** A project on stage local whose servers are these, and the logins that it names. */
  async function project() {
    const { host, port, database: name, username, password } = schema.endpoint;
    const cwd = await projectOf({
      'connections.yml': `kafka:
  main: { brokers: [${kafka.brokers.join(', ')}], auth: { mechanism: scram-sha-512, secret: login }, tls: true }
postgres: { warehouse: { host: ${host}, port: ${port}, database: ${name}, secret: 'env:POSTGRES_LOGIN' } }
tdengine: { plant: { url: '${session.url}', secret: 'env:TDENGINE_LOGIN' } }
stages: { local: { kafka: { main: { auth: none, tls: null } } } }
`,
    });
    const env = {
      SLUICE_STAGE: 'local',
      POSTGRES_LOGIN: JSON.stringify({ username, password: await password() }),
      TDENGINE_LOGIN: JSON.stringify({ username: session.username, password: session.password }),
    };
    const rule = async (called: string): Promise<unknown> =>
      parse(await readFile(path.join(cwd, 'rules', `${called}.yml`), 'utf8'));
    return { cwd, env, rule };
  }

  test('of a PostgreSQL sink: topics, the database, schemas, tables, and the key that the table has', async () => {
    const { cwd, env, rule } = await project();
    // Where the table is known, nobody is asked what to make it with; the key is the table's own.
    const answers = ['postgres-sink', 'rows', 'main', topic, 'json', 'warehouse', schema.name, 'shipped', 'upsert', ''];
    const { code, err } = await sluice(['add'], { cwd, env, answers });
    expect(code).toBe(0);
    expect(err).toMatch(new RegExp(`\\d {2}${topic}$`, 'm'));
    expect(err).toContain(`It is the database ${schema.endpoint.database}.`);
    expect(err).toMatch(/^ +1 {2}public$/m);
    expect(err).toMatch(new RegExp(`^ +\\d+ {2}${schema.name}$`, 'm'));
    expect(err).toMatch(/^ +1 {2}shipped$/m);
    expect(err).toContain('Primary key, with commas [region,id]');
    expect(err).not.toContain('cannot be listed');
    expect(await rule('rows')).toMatchObject({
      target: { connection: 'warehouse', schema: schema.name, table: 'shipped' },
      primaryKey: ['region', 'id'],
    });
  });

  test('of a table that is not there yet: what to make it with', async () => {
    const { cwd, env, rule } = await project();
    const target = ['warehouse', schema.name, 'fresh', 'id int, note text', 'upsert', 'id'];
    const { code } = await sluice(['add'], { cwd, env, answers: ['2', 'rows', '1', topic, 'json', ...target] });
    expect(code).toBe(0);
    expect(await rule('rows')).toMatchObject({ createTable: { id: 'int', note: 'text' }, primaryKey: ['id'] });
  });

  test('of a TDengine sink: databases, super tables, and the tags of the one that is there', async () => {
    const { cwd, env, rule } = await project();
    const answers = ['tdengine-sink', 'power', 'main', topic, 'json', 'plant', database, '1', '', '', 'ts:ms'];
    const { code, err } = await sluice(['add'], { cwd, env, answers });
    expect(code).toBe(0);
    expect(err).toMatch(new RegExp(`^ +\\d+ {2}${database}$`, 'm'));
    expect(err).toMatch(/^ +1 {2}meters$/m);
    expect(err).toContain('tag=field [id,place]');
    expect(await rule('power')).toMatchObject({
      target: { connection: 'plant', database, superTable: 'meters' },
      tags: { id: 'id', place: 'place' },
      subTable: 't_{id}',
      timestamp: { field: 'ts', unit: 'ms' },
    });
  });
});
