/** What this project's runs of the tests for PostgreSQL are worth something by. */
import { ScratchSchema } from '../support/postgres/schema.ts';
import { describeWith } from '../support/stack.ts';

describeWith('postgres', 'the server of these tests', ({ postgres }) => {
  test('is a PostgreSQL 16', async () => {
    const schema = new ScratchSchema(postgres.url);
    const [row] = await schema.sql<{ version: string }>("SELECT current_setting('server_version') AS version");
    expect(row?.version).toMatch(/^16\./);
    await schema.drop();
  });
});
