import { Stack } from '../../../local/stack.ts';
import { describeWith } from '../../support/stack.ts';

describeWith('localstack', 'LocalStack', ({ localstack }) => {
  test('runs the services that the tests use', async () => {
    const response = await fetch(`${localstack.url}/_localstack/health`);
    const { services } = (await response.json()) as { services: Record<string, string> };
    expect(Object.keys(services)).toEqual(expect.arrayContaining(['s3', 'sqs', 'sns', 'secretsmanager']));
  });
});

describeWith(['kafka', 'aws', 'redis', 'postgres'], 'the stack of this run', () => {
  test('is found, not started again, and shows all of its parts as ready', async () => {
    const stack = new Stack();
    const { started } = await stack.up(['kafka', 'aws', 'redis', 'postgres']);
    expect(started).toEqual([]);
    const states = Object.fromEntries((await stack.status()).map(({ part, state }) => [part, state]));
    expect(states).toMatchObject({ kafka: 'ready', aws: 'ready', redis: 'ready', postgres: 'ready' });
  });
});
