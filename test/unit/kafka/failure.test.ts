import { inspect } from 'node:util';
import kafkajs from 'kafkajs';
import { SluiceError } from '../../../lib/failure/index.ts';
import type { KafkaEndpoint } from '../../../lib/kafka/contract.ts';
import { kafkaFailure } from '../../../lib/kafka/failure.ts';

const auth: KafkaEndpoint['auth'] = { mechanism: 'scram-sha-512', username: 'u', password: 'hunter2' };
const endpoint: KafkaEndpoint = { brokers: ['10.0.0.7:9096', 'b-2:9096'], clientId: 'c', auth, tls: {} };
const destination = { endpoint, topic: 'errors', transactionalId: 'sluice.prod.r' };

const protocol = (type: string) =>
  new kafkajs.KafkaJSProtocolError(Object.assign(new Error('told by the broker'), { type, code: 1, retriable: false }));
const network = (message: string, code?: string, broker = '10.0.0.7:9096') =>
  new kafkajs.KafkaJSConnectionError(message, { broker, ...(code !== undefined && { code }) });

describe("Kafka's own answers", () => {
  test.each([
    ['UNKNOWN_TOPIC_OR_PARTITION', 'MissingTopic', false, /kafka-topics.sh .*--create --topic errors/],
    ['INVALID_TOPIC_EXCEPTION', 'InvalidTopic', false, /249/],
    ['TOPIC_AUTHORIZATION_FAILED', 'TopicDenied', false, /kafka-acls.sh .*--operation Write .*--topic errors/],
    [
      'CLUSTER_AUTHORIZATION_FAILED',
      'ClusterDenied',
      false,
      /--operation Write .*--topic errors.*IdempotentWrite --cluster/,
    ],
    ['GROUP_AUTHORIZATION_FAILED', 'GroupDenied', false, /--group sluice\. .*prefixed/],
    ['TRANSACTIONAL_ID_AUTHORIZATION_FAILED', 'TransactionalIdDenied', false, /--transactional-id sluice\. .*prefixed/],
    ['SASL_AUTHENTICATION_FAILED', 'SaslAuthenticationFailed', false, /made for scram-sha-512/],
    ['UNSUPPORTED_SASL_MECHANISM', 'MechanismNotEnabled', false, /9096 SCRAM/],
    ['ILLEGAL_SASL_STATE', 'MechanismNotEnabled', false, /auth: none/],
    ['MESSAGE_TOO_LARGE', 'MessageTooLarge', false, /max\.message\.bytes/],
    ['RECORD_LIST_TOO_LARGE', 'MessageTooLarge', false, /max\.message\.bytes/],
    ['INVALID_PRODUCER_EPOCH', 'ProducerFenced', false, /Nothing to do/],
    ['INVALID_PRODUCER_ID_MAPPING', 'ProducerFenced', false, /Nothing to do/],
    ['INVALID_TXN_STATE', 'TransactionLost', true, /Nothing of it is delivered/],
    ['INVALID_TRANSACTION_TIMEOUT', 'TransactionTimeoutRefused', false, /transaction\.max\.timeout\.ms/],
    ['NON_EMPTY_GROUP', 'GroupInUse', true, /kafka-consumer-groups\.sh/],
    ['UNSUPPORTED_COMPRESSION_TYPE', 'CompressionNotTaken', false, /compression/],
    ['NOT_ENOUGH_REPLICAS', 'NotEnoughReplicas', true, /missing brokers/],
    ['REQUEST_TIMED_OUT', 'BrokerTimeout', true, /load of the brokers/],
    ['OUT_OF_ORDER_SEQUENCE_NUMBER', 'SessionLost', true, /Nothing of the transaction is delivered/],
    ['LEADER_NOT_AVAILABLE', 'BrokerNotReady', true, /partitions without a leader/],
    ['CONCURRENT_TRANSACTIONS', 'BrokerNotReady', true, /within seconds/],
  ])('%s is %s', (type, code, retryable, fix) => {
    const error = kafkaFailure(protocol(type), destination);
    expect(error).toMatchObject({ code, retryable, stage: 'kafka', context: { topic: 'errors' } });
    expect(error.fix).toMatch(fix);
  });

  test.each([
    [{ group: 'sluice.dev.rows.errors' }, 'Read --operation Describe', 'Describe and Read'],
    [{ use: 'read' as const }, 'Read --operation Describe', 'Describe and Read'],
    [{ group: 'g', transactionalId: 't' }, 'Write --operation Describe --operation Read', 'Describe and Write'],
    [{ group: 'g', use: 'write' as const }, 'Write --operation Describe', 'Describe and Write'],
  ])('asks for the rights of what is done with the topic: %j', (use, denied, missing) => {
    const place = { endpoint, topic: 'errors', ...use };
    expect(kafkaFailure(protocol('TOPIC_AUTHORIZATION_FAILED'), place).fix).toContain(
      `--operation ${denied} --topic errors`,
    );
    expect(kafkaFailure(protocol('UNKNOWN_TOPIC_OR_PARTITION'), place).fix).toContain(missing);
  });

  test('a fence is known by its number where the client has no name for it', () => {
    const unknown = Object.assign(new Error('The server experienced an unexpected error'), {
      type: 'KAFKAJS_UNKNOWN_ERROR_CODE',
      code: 90,
      retriable: false,
    });
    expect(kafkaFailure(new kafkajs.KafkaJSProtocolError(unknown), destination).code).toBe('ProducerFenced');
  });

  test('outside of a transaction a lost session may double records, and says so', () => {
    const error = kafkaFailure(protocol('UNKNOWN_PRODUCER_ID'), { endpoint, topic: 'errors' });
    expect(error.fix).toContain('may come twice');
  });

  test('the topic is named in the message', () => {
    expect(kafkaFailure(protocol('UNKNOWN_TOPIC_OR_PARTITION'), destination).message).toContain('"errors"');
  });

  test('what nobody foresaw keeps its words and whether it passes', () => {
    const error = kafkaFailure(new kafkajs.KafkaJSError('odd', { retriable: true }), destination);
    expect(error).toMatchObject({ code: 'KafkaFailed', retryable: true });
    expect(error.message).toContain('odd');
  });
});

describe('connections', () => {
  const plaintext: KafkaEndpoint = { brokers: ['b:9094'], clientId: 'c', auth };
  test.each([
    ['connect ECONNREFUSED', 'ECONNREFUSED', 'BrokerUnreachable', true, /security group must let port 9096 in/],
    ['Connection timeout', undefined, 'BrokerUnreachable', true, /needs `vpc`/],
    ['getaddrinfo ENOTFOUND', 'ENOTFOUND', 'BrokerNameUnknown', false, /spelling/],
    ['getaddrinfo EAI_AGAIN', 'EAI_AGAIN', 'BrokerNameUnknown', true, /DNS/],
    ['self-signed', 'SELF_SIGNED_CERT_IN_CHAIN', 'CaNotTrusted', false, /tls: \{ ca/],
    ['first', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'CaNotTrusted', false, /tls: \{ ca/],
    ['altnames', 'ERR_TLS_CERT_ALTNAME_INVALID', 'HostNotInCertificate', false, /host name/],
    ['expired', 'CERT_HAS_EXPIRED', 'CertificateExpired', false, /Renew/],
    ['alert', 'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', 'MissingClientCertificate', false, /mechanism: mtls/],
    ['alert', 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'MissingClientCertificate', false, /mechanism: mtls/],
    [
      'socket disconnected before secure TLS connection was established',
      'ECONNRESET',
      'TlsNotSpoken',
      true,
      /TLS listener/,
    ],
    ['wrong version number', 'ERR_SSL_WRONG_VERSION_NUMBER', 'TlsNotSpoken', true, /TLS listener/],
    ['Closed connection', undefined, 'ConnectionClosed', true, /restarting/],
  ])('%s (%s) is %s', (message, code, expected, retryable, fix) => {
    const error = kafkaFailure(network(message, code), destination);
    expect(error).toMatchObject({ code: expected, retryable });
    expect(error.message).toContain('10.0.0.7:9096');
    expect(error.fix).toMatch(fix);
  });

  test('a plaintext client that is shut out is told of TLS', () => {
    const closed = Object.assign(network('Closed', undefined, 'b:9094'), { name: 'KafkaJSConnectionClosedError' });
    const error = kafkaFailure(closed, { endpoint: plaintext });
    expect(error).toMatchObject({ code: 'ConnectionClosed' });
    expect(error.fix).toContain('expects TLS');
  });

  test.each([
    ['ECONNREFUSED', 'AdvertisedBrokerUnreachable'],
    ['ENOTFOUND', 'BrokerNameUnknown'],
  ])('a broker that only the cluster named (%s) points to advertised.listeners', (code, expected) => {
    const error = kafkaFailure(network('x', code, 'kafka-internal:9092'), destination);
    expect(error).toMatchObject({ code: expected });
    expect(error.fix).toContain('advertised.listeners');
    expect(error.message).toContain('kafka-internal:9092');
  });

  test.each([
    ['Failed to connect: error:05800074:x509 certificate routines::key values mismatch'],
    ['Failed to connect: error:0480006C:PEM routines::no start line'],
  ])('a client certificate that cannot be used: %s', (message) => {
    expect(kafkaFailure(network(message), destination)).toMatchObject({
      code: 'BadClientCertificate',
      retryable: false,
    });
  });

  test('a refused certificate is another thing than a missing one', () => {
    const mtls = { ...endpoint, auth: { mechanism: 'mtls' as const, certificate: 'C', privateKey: 'K' } };
    const error = kafkaFailure(network('alert', 'ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN'), { endpoint: mtls });
    expect(error).toMatchObject({ code: 'ClientCertificateRefused' });
  });
});

describe('what stands inside', () => {
  test('the cause of a spent retry is what counts', () => {
    const spent = new kafkajs.KafkaJSNumberOfRetriesExceeded(network('connect', 'ECONNREFUSED'), {
      retryCount: 5,
      retryTime: 1,
    });
    expect(kafkaFailure(spent, destination)).toMatchObject({ code: 'BrokerUnreachable', retryable: true });
  });

  test('so is the first of several errors', () => {
    const several = new kafkajs.KafkaJSAggregateError('Topic creation errors', [protocol('TOPIC_ALREADY_EXISTS')]);
    expect(kafkaFailure(several, destination)).toMatchObject({ code: 'TopicExists' });
  });

  test('an error of our own comes out as it went in', () => {
    const own = new SluiceError('MissingCredentials', 'none', { stage: 'kafka' });
    expect(kafkaFailure(Object.assign(new kafkajs.KafkaJSNonRetriableError(own), { cause: own }), destination)).toBe(
      own,
    );
  });

  test('an error that refers to itself ends', () => {
    const loop: Error & { cause?: unknown } = new Error('loop');
    loop.cause = loop;
    expect(kafkaFailure(loop, destination)).toMatchObject({ code: 'KafkaFailed', retryable: false });
  });

  test('no secret is in it', () => {
    const error = kafkaFailure(protocol('SASL_AUTHENTICATION_FAILED'), destination);
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain('hunter2');
  });
});
