import { openAdmin } from '../../lib/kafka/admin.ts';
import { createChannels } from '../../lib/kafka/channel.ts';
import { committed, METADATA } from '../support/channels.ts';
import { plaintext, recordsOf, SOURCE } from '../support/kafka.ts';
import { describeWith, ownBroker } from '../support/stack.ts';

// Gated by the shared broker: what its own needs of this machine is the same.
describeWith('kafka', 'the first transaction of a broker that has just started', () => {
  const stack = ownBroker('channel-test', 4000);
  afterAll(() => stack.down());

  test('goes through, though no coordinator is there yet', async () => {
    const endpoint = plaintext((await stack.up(['kafka'])).endpoints.kafka!.brokers);
    const admin = await openAdmin(endpoint);
    await admin.createTopic('records', 1);
    await admin.close();
    const id = 'sluice.test.first';
    const channel = createChannels({ endpoint, topic: 'records', compression: 'none', headers: true })(id);
    await channel.connect();
    await channel.begin();
    await channel.send(recordsOf(['a']), SOURCE);
    // The group's coordinator is looked for here for the first time.
    await channel.sendOffsets(1, METADATA);
    await channel.commit();
    await channel.drop();

    await stack.stop('kafka');
    await stack.start('kafka');
    const next = createChannels({ endpoint, topic: 'records', compression: 'none', headers: true })(id);
    await next.connect();
    expect(await next.readOffset()).toEqual({ offset: 1, metadata: METADATA });
    await next.drop();
    expect(await committed(endpoint, 'records', 1)).toEqual(['a']);
  });
});
