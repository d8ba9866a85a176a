import { describeWith } from '../support/stack.ts';
import { killAndCount } from '../support/tdengine/kills.ts';
import { openSession, type Session } from '../support/tdengine/session.ts';

describeWith('kafka', 'processes that are killed between reading and committing', ({ kafka: { brokers } }) => {
  let session: Session;
  beforeAll(async () => {
    session = await openSession();
  });
  afterAll(() => session.close());

  test('50 kills: nothing is lost and nothing doubled', async () => {
    const outcome = await killAndCount({ brokers, url: session.url }, session, { runs: 10, killsEach: 5 });
    expect(outcome).toEqual({ kills: 50, sent: outcome.sent, rows: outcome.sent, messages: outcome.sent });
  }, 1_800_000);

  test('with the offsets committed first, rows are lost', async () => {
    const outcome = await killAndCount({ brokers, url: session.url }, session, {
      runs: 3,
      killsEach: 2,
      commitFirst: true,
    });
    expect(outcome.messages).toBeLessThan(outcome.sent);
  }, 1_800_000);
});
