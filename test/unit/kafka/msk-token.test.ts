import { mskToken } from '../../../lib/kafka/msk-token.ts';
import { failureOf } from '../../support/failure.ts';

test('[auth: oauthbearer × good] the token is a request to MSK, signed with the credentials', async () => {
  const credentials = async () => ({
    accessKeyId: 'AKIDEXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI',
    sessionToken: 'session',
  });
  const token = await mskToken('eu-west-1', credentials);
  const url = new URL(Buffer.from(token, 'base64url').toString());
  expect(url.host).toBe('kafka.eu-west-1.amazonaws.com');
  expect(Object.fromEntries(url.searchParams)).toMatchObject({
    Action: 'kafka-cluster:Connect',
    'X-Amz-Credential': expect.stringMatching(/^AKIDEXAMPLE\/\d{8}\/eu-west-1\/kafka-cluster\/aws4_request$/),
    'X-Amz-Expires': '900',
    'X-Amz-Security-Token': 'session',
    'X-Amz-Signature': expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect(url.href).not.toContain('wJalrXUtnFEMI');
});

test('without credentials it says whose are needed', async () => {
  const nobody = () => Promise.reject(new Error('Could not load credentials from any providers'));
  const error = await failureOf(mskToken('eu-west-1', nobody));
  expect(error).toMatchObject({ code: 'MissingCredentials', stage: 'kafka' });
});
