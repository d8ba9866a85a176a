import { functionEnvironmentOf } from '../../local/endpoints.ts';
import { Aws, deleteTopics, makeTopics } from '../support/deployed.ts';
import { plaintext } from '../support/kafka.ts';
import { ScratchSchema } from '../support/postgres/schema.ts';
import { exampleRule, exampleSink, ScratchProject } from '../support/scratch-project.ts';
import { describeWith } from '../support/stack.ts';
import { openSession, type Session } from '../support/tdengine/session.ts';

const RUN = `three-${Date.now().toString(36)}`;
const named = (rule: string) => [/^name: .*$/m, `name: ${RUN}-${rule}`] as const;

interface Checked {
  readonly rules: readonly {
    readonly rule: string;
    readonly probes: readonly { readonly name: string; readonly where: string; readonly state: string }[];
  }[];
}

describeWith(['aws', 'kafka', 'redis', 'postgres'], 'the three example rules, deployed together', (endpoints) => {
  const kafka = plaintext(endpoints.kafka.brokers);
  const aws = new Aws(endpoints.aws);
  const schema = new ScratchSchema(endpoints.postgres.url);
  const topics = [RUN, `${RUN}.dead`];
  let session: Session;
  let project: ScratchProject;

  beforeAll(async () => {
    await makeTopics(kafka, topics);
    await schema.create('CREATE TABLE %.errors (id text PRIMARY KEY, status int, service text)');
    session = await openSession();
    const { url, username, password } = session;
    project = await ScratchProject.make({
      service: RUN,
      rules: {
        export: await exampleRule({ name: `${RUN}-export`, topic: RUN, bucket: RUN }),
        postgres: await exampleSink(
          'errors-to-postgres',
          named('postgres'),
          [/topics: \[errors\]/, `topics: [${RUN}]`],
          [/schema: public/, `schema: ${schema.name}`],
        ),
        tdengine: await exampleSink(
          'meters-to-tdengine',
          named('tdengine'),
          [/topics: \[tp1, tp2\]/, `topics: [${RUN}]`],
          [/database: power/, `database: ${session.database()}`],
        ),
      },
      environment: functionEnvironmentOf({ ...endpoints, tdengine: { url, username, password } }),
    });
    await project.deploy();
  });

  afterAll(async () => {
    await project.remove({ deployed: true });
    await aws.deleteBucket(RUN);
    aws.close();
    await schema.drop();
    await session.close();
    await deleteTopics(kafka, topics);
  });

  test('each function finds all that its rule needs', async () => {
    const { stdout, stderr } = await project.sluice(['check', '--stage', 'local', '--json']);
    expect(stderr).toBe('');
    const { rules } = JSON.parse(stdout) as Checked;
    expect(rules.map(({ rule }) => rule).sort()).toEqual(
      ['export', 'postgres', 'tdengine'].map((kind) => `${RUN}-${kind}`),
    );
    const inFunctions = rules.flatMap(({ probes }) => probes).filter(({ where }) => where === 'function');
    expect(inFunctions.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        `bucket ${RUN}`,
        'redis cache',
        'postgres warehouse',
        'rights on the table',
        'tdengine plant',
      ]),
    );
    expect(inFunctions.filter(({ state }) => state === 'failed')).toEqual([]);
  });
});
