import { resolveEndpoint } from '../../../lib/kafka/endpoint.ts';
import { createSecretStore } from '../../../lib/secret/index.ts';
import { failureOf } from '../../support/failure.ts';

const PEM = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
const brokers = ['b-1:9096', 'b-2:9096'];
const secretsOf = (contents: Record<string, string>) =>
  createSecretStore({ fetch: async (name) => contents[name] ?? Promise.reject(new Error(`asked for ${name}`)) });
const login = JSON.stringify({ username: 'u', password: 'p' });

test.each(['plain', 'scram-sha-256', 'scram-sha-512'] as const)('%s takes {username, password}', async (mechanism) => {
  const endpoint = await resolveEndpoint({ brokers, auth: { mechanism, secret: 's' } }, secretsOf({ s: login }), 'c');
  expect(endpoint).toEqual({ brokers, clientId: 'c', auth: { mechanism, username: 'u', password: 'p' } });
});

test.each([
  ['without a password', { certificate: 'C', privateKey: 'K' }],
  ['with a password', { certificate: 'C', privateKey: 'K', privateKeyPassword: 'P' }],
])('mtls takes certificate and key %s', async (_what, secret) => {
  const secrets = secretsOf({ s: JSON.stringify(secret) });
  const { auth } = await resolveEndpoint({ brokers, auth: { mechanism: 'mtls', secret: 's' }, tls: {} }, secrets, 'c');
  expect(auth).toEqual({ mechanism: 'mtls', ...secret });
});

test.each([
  ['plain PEM', PEM],
  ['{certificate}', JSON.stringify({ certificate: PEM })],
])('a CA is %s', async (_what, content) => {
  const { tls } = await resolveEndpoint(
    { brokers, auth: { mechanism: 'none' }, tls: { ca: 'sluice/ca' } },
    secretsOf({ 'sluice/ca': content }),
    'c',
  );
  expect(tls).toEqual({ ca: PEM });
});

test.each([
  ['TLS without a CA of its own', {}, {}],
  ['no TLS', undefined, undefined],
])('%s asks for no secret', async (_what, tls, expected) => {
  const endpoint = await resolveEndpoint({ brokers, auth: { mechanism: 'none' }, tls }, secretsOf({}), 'c');
  expect(endpoint.tls).toEqual(expected);
});

test('a CA that is no certificate is told now, not as an untrusted broker later', async () => {
  const secrets = secretsOf({ ca: 'MIIB without its lines' });
  const error = await failureOf(
    resolveEndpoint({ brokers, auth: { mechanism: 'none' }, tls: { ca: 'ca' } }, secrets, 'c'),
  );
  expect(error).toMatchObject({ code: 'BadSecret', stage: 'secret' });
  expect(error.message).not.toContain('MIIB');
});

test.each([
  [{ mechanism: 'oauthbearer', region: 'eu-west-1' } as const, 'eu-west-1'],
  [{ mechanism: 'oauthbearer' } as const, 'us-east-2'],
])('the region of %j', async (auth, region) => {
  const clusterArn = 'arn:aws:kafka:us-east-2:111122223333:cluster/main/abc';
  const endpoint = await resolveEndpoint({ brokers, auth, clusterArn }, secretsOf({}), 'c');
  expect(endpoint.auth).toEqual({ mechanism: 'oauthbearer', region });
});

test('oauthbearer without any region says where to write it', async () => {
  const error = await failureOf(resolveEndpoint({ brokers, auth: { mechanism: 'oauthbearer' } }, secretsOf({}), 'c'));
  expect(error).toMatchObject({ code: 'MissingRegion' });
});
