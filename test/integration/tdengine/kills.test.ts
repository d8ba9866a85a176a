import { describeWith } from '../../support/stack.ts';
import { killAndCount } from '../../support/tdengine/kills.ts';
import { openSession, type Session } from '../../support/tdengine/session.ts';

describeWith('kafka', 'processes that are killed between reading and committing', ({ kafka: { brokers } }) => {
  let session: Session;
  beforeAll(async () => {
    session = await openSession();
  });
  afterAll(() => session.close());

  test('nothing is lost and nothing doubled; with the offsets committed first, rows are lost', async () => {
    const servers = { brokers, url: session.url };
    const [good, bad] = await Promise.all([
      killAndCount(servers, session, { runs: 5, killsEach: 1 }),
      killAndCount(servers, session, { runs: 1, killsEach: 1, commitFirst: true }),
    ]);
    expect(good).toEqual({ kills: 5, sent: good.sent, rows: good.sent, messages: good.sent });
    // The suite can fail: it counts what such an order of things loses.
    expect(bad.messages).toBeLessThan(bad.sent);
  });
});
