import { CLUSTER_ID, KAFKA_USER, scramArguments, serverProperties } from '../../../local/kafka-properties.ts';
import { ports } from '../../../local/ports.ts';

const place = { ports: ports(), data: '/data', certificates: '/certificates', bind: '127.0.0.1' };
const parse = (text: string) =>
  new Map(
    text
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/=(.*)/s) as [string, string]),
  );

describe('the broker’s properties', () => {
  test('bind every listener to the loopback interface, and name each of them in the protocol map', () => {
    const properties = parse(serverProperties(place));
    const listeners = properties.get('listeners')!.split(',');
    expect(listeners.every((listener) => listener.includes('://127.0.0.1:'))).toBe(true);
    const mapped = properties
      .get('listener.security.protocol.map')!
      .split(',')
      .map((entry) => entry.split(':')[0]);
    expect(mapped).toEqual(listeners.map((listener) => listener.split('://')[0]));
  });

  test('hold each key once', () => {
    const lines = serverProperties(place).trimEnd().split('\n');
    expect(parse(serverProperties(place)).size).toBe(lines.length);
  });

  test('advertise the loopback address even where the broker binds to every interface of its container', () => {
    const properties = parse(
      serverProperties({ ...place, bind: '0.0.0.0', internal: { host: 'kafka', port: 19_092 } }),
    );
    expect(properties.get('advertised.listeners')).toBe(
      'PLAINTEXT://127.0.0.1:9092,SASL://127.0.0.1:9093,SASLTLS://127.0.0.1:9094,MTLS://127.0.0.1:9095,TLS://127.0.0.1:9096,INTERNAL://kafka:19092',
    );
    expect(properties.get('listeners')).toContain('INTERNAL://0.0.0.0:19092');
  });

  test('follow the shift of the ports', () => {
    expect(serverProperties({ ...place, ports: ports(1000) })).toContain('PLAINTEXT://127.0.0.1:10092');
  });
});

test('the storage tool makes each user for both SCRAM mechanisms', () => {
  const args = scramArguments();
  expect(args.filter((arg) => arg === '--add-scram')).toHaveLength(4);
  expect(args).toContain(`SCRAM-SHA-256=[name=${KAFKA_USER.username},password=${KAFKA_USER.password}]`);
});

test('the cluster id is not read as an option', () => {
  expect(CLUSTER_ID).toMatch(/^[A-Za-z0-9_][A-Za-z0-9_-]{21}$/);
});
