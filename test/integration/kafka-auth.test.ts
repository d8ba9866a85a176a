import { generateKeyPairSync } from 'node:crypto';
import { inspect } from 'node:util';
import kafkajs from 'kafkajs';
import { type KafkaAdmin, openAdmin } from '../../lib/kafka/admin.ts';
import { readApiVersions, readsCommittedOffsets } from '../../lib/kafka/api-versions.ts';
import { type ConnectionOptions, createClient } from '../../lib/kafka/connection.ts';
import type { KafkaEndpoint } from '../../lib/kafka/contract.ts';
import { createProducer } from '../../lib/kafka/producer.ts';
import type { SecuredKafka } from '../../local/endpoints.ts';
import { failureOf } from '../support/failure.ts';
import { goodEndpoints, pem, plaintext, recordsOf, SOURCE } from '../support/kafka.ts';
import { describeWith } from '../support/stack.ts';

const IMPATIENT: ConnectionOptions = { retry: { retries: 0 }, connectTimeoutMs: 3_000 };

describeWith('kafka', 'who may speak with Kafka', ({ kafka: { brokers, secured } }) => {
  const topic = `auth-${Math.random().toString(36).slice(2)}`;
  let admin: KafkaAdmin;
  beforeAll(async () => {
    admin = await openAdmin(plaintext(brokers));
    await admin.createTopic(topic, 1);
  });
  afterAll(async () => {
    await admin.deleteTopic(topic);
    await admin.close();
  });

  async function produces(endpoint: KafkaEndpoint) {
    const before = (await admin.offsets(topic))[0]!.high;
    const producer = createProducer({ endpoint, topic, compression: 'none', headers: true });
    await producer.send(recordsOf(['a', 'b']), SOURCE);
    await producer.close();
    expect((await admin.offsets(topic))[0]!.high - before).toBe(2n);
  }

  async function refusal(endpoint: KafkaEndpoint, options: ConnectionOptions = {}) {
    const producer = createProducer(
      { endpoint, topic, compression: 'none', headers: true },
      { ...IMPATIENT, ...options },
    );
    const error = await failureOf(producer.connect());
    await producer.close();
    const { auth } = endpoint;
    const told = inspect(error, { depth: null, showHidden: true });
    if ('password' in auth) expect(told).not.toContain(auth.password);
    if ('privateKey' in auth) expect(told).not.toContain(auth.privateKey.slice(40, 80));
    return error;
  }

  test('[auth: none × good] a plaintext listener takes records', () => produces(plaintext(brokers)));

  test('[auth: none × bad] TLS towards a plaintext listener', async () => {
    const error = await refusal({ ...plaintext(brokers), tls: {} });
    expect(error).toMatchObject({ code: 'TlsNotSpoken', stage: 'kafka' });
    expect(error.message).toContain(brokers[0]);
  });

  test('[auth: none × bad] signing in where nobody does', async () => {
    const error = await refusal({
      ...plaintext(brokers),
      auth: { mechanism: 'plain', username: 'u', password: 'secret-word' },
    });
    expect(error).toMatchObject({ code: 'MechanismNotEnabled' });
    expect(error.fix).toContain('auth: none');
  });

  if (secured !== undefined) {
    describe('a user with few rights', () => withFewRights(secured, () => topic, brokers, produces, refusal));
  }
  if (secured !== undefined) describe('with listeners of every kind', () => withListeners(secured, produces, refusal));

  test('what a broker speaks is told before anybody signs in', async () => {
    expect(readsCommittedOffsets(await readApiVersions(plaintext(brokers)))).toBe(true);
    for (const endpoint of secured === undefined ? [] : Object.values(goodEndpoints(secured))) {
      expect((await readApiVersions(endpoint)).get(0)).toBeGreaterThan(7);
    }
  });
});

function withListeners(
  secured: SecuredKafka,
  produces: (endpoint: KafkaEndpoint) => Promise<void>,
  refusal: (endpoint: KafkaEndpoint, options?: ConnectionOptions) => ReturnType<typeof failureOf>,
): void {
  const good = goodEndpoints(secured);
  const { guest, certificates } = secured;
  const stranger = { certificate: pem(certificates.strangerCertificate), privateKey: pem(certificates.strangerKey) };
  const oauthbearer: KafkaEndpoint = {
    brokers: secured.saslTls,
    clientId: 'sluice-test',
    auth: { mechanism: 'oauthbearer', region: 'eu-west-1' },
    tls: { ca: pem(certificates.ca) },
  };

  test('[auth: plain × good] with username and password', () => produces(good.plain));
  test('[auth: scram-sha-256 × good] with username and password', () => produces(good['scram-sha-256']));
  test('[auth: scram-sha-512 × good] over TLS, with username and password', () => produces(good['scram-sha-512']));
  test('[auth: mtls × good] with a certificate and an encrypted key', () => produces(good.mtls));
  test('[auth: tls-ca × good] over TLS with a CA of its own', () => produces(good['tls-ca']));

  test.each(['plain', 'scram-sha-256', 'scram-sha-512'] as const)(
    '[auth: %s × bad] a wrong password',
    async (mechanism) => {
      const endpoint = good[mechanism];
      const error = await refusal({ ...endpoint, auth: { ...endpoint.auth, password: 'not-the-password' } });
      expect(error).toMatchObject({ code: 'SaslAuthenticationFailed', retryable: false });
      expect(error.fix).toContain("connection's secret");
    },
  );

  test('[auth: scram-sha-512 × bad] an unknown user', async () => {
    const endpoint = good['scram-sha-512'];
    const error = await refusal({ ...endpoint, auth: { ...endpoint.auth, username: 'nobody' } });
    expect(error).toMatchObject({ code: 'SaslAuthenticationFailed' });
  });

  test('[auth: plain × bad] a user without rights, with the command that gives them', async () => {
    const error = await refusal({ ...good.plain, auth: { mechanism: 'plain', ...guest } });
    expect(error).toMatchObject({ code: 'ClusterDenied', retryable: false });
    expect(error.fix).toMatch(/kafka-acls\.sh .*--operation Write --operation Describe --topic auth-/);
  });

  test('[auth: plain × bad] no sign-in where one is asked for', async () => {
    const error = await refusal({ ...good.plain, auth: { mechanism: 'none' } });
    expect(error).toMatchObject({ code: 'ConnectionClosed' });
    expect(error.fix).toContain('a mechanism other than `none`');
  });

  test('[auth: scram-sha-512 × bad] plaintext towards a TLS listener', async () => {
    const { tls: _, ...endpoint } = good['scram-sha-512'];
    const error = await refusal(endpoint);
    expect(error).toMatchObject({ code: 'ConnectionClosed' });
    expect(error.fix).toContain('the port most likely expects TLS');
  });

  test('[auth: tls-ca × bad] a CA that did not sign the broker', async () => {
    const error = await refusal({ ...good['tls-ca'], tls: { ca: pem(certificates.strangerCa) } });
    expect(error).toMatchObject({ code: 'CaNotTrusted', retryable: false });
    expect(error.fix).toContain('`tls.ca` holds another CA');
  });

  test("[auth: tls-ca × bad] no CA, where the system's roots do not know it", async () => {
    const error = await refusal({ ...good['tls-ca'], tls: {} });
    expect(error).toMatchObject({ code: 'CaNotTrusted' });
    expect(error.fix).toContain('tls: { ca:');
  });

  test('[auth: mtls × bad] no certificate', async () => {
    const error = await refusal({ ...good.mtls, auth: { mechanism: 'none' } });
    expect(error).toMatchObject({ code: 'MissingClientCertificate', retryable: false });
    expect(error.fix).toContain('mechanism: mtls');
  });

  test("[auth: mtls × bad] a stranger's certificate", async () => {
    const error = await refusal({ ...good.mtls, auth: { mechanism: 'mtls', ...stranger } });
    expect(error).toMatchObject({ code: 'ClientCertificateRefused', retryable: false });
  });

  test('[auth: mtls × bad] a key that is not the one of the certificate', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const { certificate } = good.mtls.auth;
    const error = await refusal({ ...good.mtls, auth: { mechanism: 'mtls', certificate, privateKey: key } });
    expect(error).toMatchObject({ code: 'BadClientCertificate', retryable: false });
  });

  test('[auth: mtls × bad] a wrong password of the key', async () => {
    const error = await refusal({ ...good.mtls, auth: { ...good.mtls.auth, privateKeyPassword: 'wrong' } });
    expect(error).toMatchObject({ code: 'BadClientCertificate' });
  });

  test('[auth: oauthbearer × bad] a listener that does not take tokens', async () => {
    const error = await refusal(oauthbearer, { token: async () => 'token' });
    expect(error).toMatchObject({ code: 'MechanismNotEnabled', retryable: false });
    expect(error.fix).toContain('9098 IAM');
  });
}

/** What each command in the fixes gives is enough, and no more is needed. */
function withFewRights(
  { sasl, guest }: SecuredKafka,
  topic: () => string,
  brokers: readonly string[],
  produces: (endpoint: KafkaEndpoint) => Promise<void>,
  refusal: (endpoint: KafkaEndpoint) => ReturnType<typeof failureOf>,
): void {
  const { AclResourceTypes, AclOperationTypes, AclPermissionTypes, ResourcePatternTypes } = kafkajs;
  const endpoint: KafkaEndpoint = { brokers: sasl, clientId: 'sluice-test', auth: { mechanism: 'plain', ...guest } };
  const owner = createClient(plaintext(brokers)).admin();
  const right = (name: string, operation: keyof typeof AclOperationTypes) => ({
    resourceType: AclResourceTypes.TOPIC,
    resourceName: name,
    resourcePatternType: ResourcePatternTypes.LITERAL,
    principal: `User:${guest.username}`,
    host: '*',
    operation: AclOperationTypes[operation],
    permissionType: AclPermissionTypes.ALLOW,
  });
  beforeAll(() => owner.connect());
  afterEach(async () => {
    await owner.deleteAcls({
      filters: [right(topic(), 'WRITE'), right(topic(), 'DESCRIBE'), right('another', 'WRITE')],
    });
  });
  afterAll(() => owner.disconnect());

  test('write and describe are enough: what a message may have is then what Kafka allows by default', async () => {
    await owner.createAcls({ acl: [right(topic(), 'WRITE'), right(topic(), 'DESCRIBE')] });
    await produces(endpoint);
  });

  test('rights on another topic do not help, and the error names this one', async () => {
    await owner.createAcls({ acl: [right('another', 'WRITE')] });
    const error = await refusal(endpoint);
    expect(error).toMatchObject({ code: 'TopicDenied', retryable: false, context: { topic: topic() } });
    expect(error.fix).toMatch(/--operation Write --operation Describe --topic auth-/);
  });
}
