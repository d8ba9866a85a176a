import { inspect } from 'node:util';
import type { GetSecretValueCommand, GetSecretValueCommandOutput } from '@aws-sdk/client-secrets-manager';
import { createSecretStore, fetchSecret } from '../../../lib/secret/index.ts';
import { failureOf } from '../../support/failure.ts';

function clientOf(answer: (name: string) => Partial<GetSecretValueCommandOutput> | Error) {
  const asked: string[] = [];
  return {
    asked,
    async send(command: GetSecretValueCommand): Promise<GetSecretValueCommandOutput> {
      const name = command.input.SecretId ?? '';
      asked.push(name);
      const result = answer(name);
      if (result instanceof Error) throw result;
      return { $metadata: {}, ...result };
    },
  };
}

const named = (name: string, extra: object = {}) => Object.assign(new Error('told by AWS'), { name }, extra);

describe('where a secret is', () => {
  test('in Secrets Manager, as text or as bytes', async () => {
    const client = clientOf((name) => (name === 'a' ? { SecretString: 'x' } : { SecretBinary: Buffer.from('y') }));
    const fetch = fetchSecret({ client });
    expect([await fetch('a'), await fetch('b')]).toEqual(['x', 'y']);
  });

  test('in the environment, in a file', async () => {
    const fetch = fetchSecret({ env: { TOKEN: 't' }, read: async (path) => `content of ${path}` });
    expect(await fetch('env:TOKEN')).toBe('t');
    expect(await fetch('file:./ca.pem')).toBe('content of ./ca.pem');
  });
});

describe('a secret that cannot be had', () => {
  test.each([
    ['ResourceNotFoundException', 'MissingSecret', false, /create-secret --name app/],
    ['InvalidRequestException', 'MissingSecret', false, /restore-secret/],
    ['ValidationException', 'MissingSecret', false, /ARN/],
    ['AccessDeniedException', 'SecretDenied', false, /GetSecretValue.*kms:Decrypt/],
    ['DecryptionFailure', 'SecretDenied', false, /kms:Decrypt/],
    ['CredentialsProviderError', 'MissingCredentials', false, /AWS_PROFILE/],
    ['ThrottlingException', 'SecretsUnavailable', true, /NAT gateway or an interface endpoint/],
    ['TimeoutError', 'SecretsUnavailable', true, /interface endpoint/],
  ])('%s is %s', async (name, code, retryable, fix) => {
    const error = await failureOf(fetchSecret({ client: clientOf(() => named(name)) })('app'));
    expect(error).toMatchObject({ code, retryable, stage: 'secret' });
    expect(error.message).toContain('"app"');
    expect(error.fix).toMatch(fix);
  });

  test('an unset variable is named', async () => {
    const error = await failureOf(fetchSecret({ env: { KAFKA: '' } })('env:KAFKA'));
    expect(error).toMatchObject({ code: 'MissingSecret' });
    expect(error.fix).toContain('export KAFKA=');
  });

  test.each([
    ['ENOENT', 'MissingSecret'],
    ['EACCES', 'SecretDenied'],
  ])('a file that gives %s is %s', async (errno, code) => {
    const read = async () => {
      throw named('Error', { code: errno });
    };
    expect(await failureOf(fetchSecret({ read })('file:x'))).toMatchObject({ code });
  });
});

describe('the store', () => {
  test('fetches once in five minutes, and then again', async () => {
    let now = 0;
    const client = clientOf(() => ({ SecretString: `at ${now}` }));
    const store = createSecretStore({ fetch: fetchSecret({ client }), clock: () => now });
    expect(await store.text('a')).toBe('at 0');
    now = 5 * 60_000 - 1;
    expect(await store.text('a')).toBe('at 0');
    now = 5 * 60_000;
    expect(await store.text('a')).toBe('at 300000');
    expect(client.asked).toHaveLength(2);
  });

  test('callers at the same time share one request', async () => {
    const client = clientOf(() => ({ SecretString: '{"username":"u"}' }));
    const store = createSecretStore({ fetch: fetchSecret({ client }) });
    await Promise.all([store.text('a'), store.fields('a', ['username']), store.text('a')]);
    expect(client.asked).toEqual(['a']);
  });

  test('a failure is not remembered', async () => {
    let broken = true;
    const client = clientOf(() => (broken ? named('ThrottlingException') : { SecretString: 'x' }));
    const store = createSecretStore({ fetch: fetchSecret({ client }) });
    await failureOf(store.text('a'));
    broken = false;
    expect(await store.text('a')).toBe('x');
  });

  test('numbers become text, as RDS writes its port', async () => {
    const store = createSecretStore({ fetch: async () => '{"username":"u","password":"p","port":5432,"tags":[]}' });
    expect(await store.fields('db', ['username', 'password'])).toEqual({ username: 'u', password: 'p', port: '5432' });
  });

  test.each([
    ['is cut', '{"username":"u","password":"hunter2'],
    ['is plain text', 'hunter2'],
    ['is a list', '["hunter2"]'],
    ['lacks a field', '{"username":"hunter2"}'],
    ['has an empty field', '{"username":"hunter2","password":""}'],
    ['has a field of a prototype', '{"username":"hunter2","__proto__":{"password":"hunter2"}}'],
  ])('content that %s is a BadSecret that tells nothing of it', async (_what, content) => {
    const store = createSecretStore({ fetch: async () => content });
    const error = await failureOf(store.fields('db', ['username', 'password']));
    expect(error).toMatchObject({ code: 'BadSecret', stage: 'secret' });
    expect(error.fix).toContain('{"username": "…", "password": "…"}');
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain('hunter2');
  });
});
